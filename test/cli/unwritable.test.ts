import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentPath } from "../helpers/agent/agents.ts";
import { wayToMount } from "../helpers/e2e/small-disk.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const program = join(import.meta.dirname, "..", "..", "bin", "opampsupervisor.cjs");
const flags = wayToMount();
/** A skipped test is printed with its name: the reason stands there. */
const note = flags === undefined ? " (unshare may not mount here)" : "";

interface Said {
  readonly code: number | null;
  readonly stderr: string;
}

/** Says what a command makes of a storage directory on a disk that is mounted so. */
function onDisk(mount: string, args: (file: string) => readonly string[]): Said {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "disk"));
  const file = join(folder, "supervisor.yaml");
  const lines = [
    'server: {endpoint: "ws://127.0.0.1:1"}',
    `agent: {executable: ${agentPath("healthy")}}`,
    "storage: {directory: disk/state/here}",
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const script = `${mount}; exec "$@"`;
  const command = [process.execPath, program, ...args(file)];
  const { status, stderr } = spawnSync(
    "unshare",
    [...(flags ?? []), "sh", "-c", script, "sh", ...command],
    { cwd: folder, encoding: "utf8" },
  );
  return { code: status, stderr };
}

const mounts = [
  ["read-only", "mount -t tmpfs -o ro tmpfs disk", "mounted read-only"],
  [
    "full",
    "mount -t tmpfs -o size=16k tmpfs disk; dd if=/dev/zero of=disk/x bs=4k 2>/dev/null; true",
    "no space left on the disk",
  ],
] as const;

test.skipIf(flags === undefined).each(mounts)(
  `a first start and a check on a %s disk say so, with the path${note}`,
  (_kind, mount, words) => {
    const checked = onDisk(mount, (file) => ["check", "--config", file]);
    expect(checked.stderr).toContain(words);
    expect(checked.stderr).toContain("disk/state/here");
    expect(checked.stderr).toMatch(/supervisor.yaml:3:22: storage.directory/);
    expect(checked.code).toBe(1);
    const started = onDisk(mount, (file) => [`--config=${file}`]);
    expect(started.stderr).toContain(words);
    expect(started.stderr).toContain("disk/state/here");
    expect(started.stderr).not.toContain("    at ");
    expect(started.code).toBe(1);
  },
);
