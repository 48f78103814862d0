import { writeFileSync, mkdirSync } from "node:fs";
import { join, dirname } from "node:path";
import { test, expect } from "vitest";
import { type CgroupPlaces, oomKills } from "../../../src/agent/process/oom-kills.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function placesWith(membership: string, files: Readonly<Record<string, string>>): CgroupPlaces {
  const root = temporaryFolder();
  const path = join(root, "membership");
  writeFileSync(path, membership);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return { membership: path, root };
}

test.each([
  [
    "the unified hierarchy",
    "0::/system.slice/opampsupervisor.service\n",
    "system.slice/opampsupervisor.service/memory.events",
    "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n",
  ],
  ["a container that sees itself as the root", "0::/\n", "memory.events", "oom 1\noom_kill 2\n"],
  [
    "a container that is told the host's path",
    "0::/kubepods/pod1/abc\n",
    "memory.events",
    "oom_kill 2\n",
  ],
  [
    "the older hierarchies",
    "9:name=systemd:/\n4:memory:/ecs/task/1\n0::/\n",
    "memory/ecs/task/1/memory.oom_control",
    "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
  ],
])("kills for want of memory are counted in %s", (_where, membership, file, text) => {
  expect(oomKills(placesWith(membership, { [file]: text }))).toBe(2);
});

test("where nobody counts there is no number", () => {
  expect(oomKills(placesWith("0::/\n", {}))).toBeUndefined();
  expect(oomKills(placesWith("", { "memory.events": "oom_kill 2\n" }))).toBeUndefined();
  expect(oomKills({ membership: "/nowhere", root: "/nowhere" })).toBeUndefined();
});
