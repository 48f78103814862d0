import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the system shows control groups; another root only in tests. */
export interface CgroupPlaces {
  readonly membership: string;
  readonly root: string;
}

const system: CgroupPlaces = { membership: "/proc/self/cgroup", root: "/sys/fs/cgroup" };

/**
 * How many processes of our own control group the kernel has killed for want of memory; undefined where that is not
 * told. The agent is in the same group: a number that grew during its life names why it was killed.
 */
export function oomKills({ membership, root }: CgroupPlaces = system): number | undefined {
  const lines = textOf(membership)?.split("\n") ?? [];
  const [unified, memory] = [/^0::(.*)$/, /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/].map((form) =>
    lines.map((line) => form.exec(line)?.[1]).find((path) => path !== undefined),
  );
  // In a container the path may be that of the host, while what is mounted begins at the container's own group.
  const files = [
    ...(memory === undefined ? [] : withRoot(memory, join(root, "memory"), "memory.oom_control")),
    ...(unified === undefined ? [] : withRoot(unified, root, "memory.events")),
  ];
  return files.map(countIn).find((count) => count !== undefined);
}

function withRoot(path: string, root: string, file: string): readonly string[] {
  return [join(root, path, file), join(root, file)];
}

function countIn(path: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(textOf(path) ?? "")?.[1];
  return count === undefined ? undefined : Number(count);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // No such kind of control group here.
    return undefined;
  }
}
