import { totalmem } from "node:os";
import { dirname, join } from "node:path";
import { textOrNothing } from "../../files/read-if-there.ts";

interface MemoryLimit {
  readonly limitBytes: number | undefined;
  readonly limitBy: string;
  readonly machineBytes: number;
}

/** What version 1 says where there is no limit is more than any machine has. */
const unlimitedBytes = 2 ** 60;

/** The least memory limit of the control groups around a process. `root` stands for `/` in tests. */
export function memoryLimitOf(pid: number | "self", root = "/"): MemoryLimit {
  const groups = textOrNothing(join(root, `proc/${pid}/cgroup`)).split("\n");
  const found = groups.flatMap((line) => {
    const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === "" && path !== "")
      return limitsAbove(root, "sys/fs/cgroup", path, "memory.max");
    if (!controllers.split(",").includes("memory")) return [];
    return limitsAbove(root, "sys/fs/cgroup/memory", path, "memory.limit_in_bytes");
  });
  const [least] = found.toSorted((a, b) => a.limitBytes - b.limitBytes);
  return {
    limitBytes: least?.limitBytes,
    limitBy: least?.limitBy ?? "",
    machineBytes: totalmem(),
  };
}

/** In a container only its own group is seen, at the top, whatever the path says. */
function limitsAbove(
  root: string,
  mount: string,
  path: string,
  file: string,
): readonly { readonly limitBytes: number; readonly limitBy: string }[] {
  const limits: { limitBytes: number; limitBy: string }[] = [];
  for (let at = join("/", path); ; at = dirname(at)) {
    const text = textOrNothing(join(root, mount, at, file)).trim();
    const limitBytes = /^\d+$/.test(text) ? Number(text) : unlimitedBytes;
    if (limitBytes < unlimitedBytes)
      limits.push({ limitBytes, limitBy: join("/", mount, at, file) });
    if (at === "/") return limits;
  }
}
