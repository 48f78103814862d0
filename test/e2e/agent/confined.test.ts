import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../../src/processes/find-program.ts";
import { raiseWall, unconfined } from "../../../src/supervisor/inputs/raise-wall.ts";
import { nopPart } from "../../helpers/agent/agent-configs.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import { rulesOf } from "../../helpers/core/rules.ts";
import {
  collectorPath,
  count,
  type Daemon,
  eventually,
  kill,
  patienceMs,
  scratchFolder,
} from "../../helpers/e2e/daemon.ts";
import { createScene, type Scene } from "../../helpers/e2e/scene.ts";

const usualPath = process.env["PATH"] ?? "";
const tools = ["sh", "sleep", "grep"];

/** A PATH on which this program is the only one that could confine, and what a killed supervisor needs. */
function pathWith(helper: string): string {
  const folder = join(scratchFolder(), "bin");
  mkdirSync(folder);
  for (const name of [...tools, helper]) {
    const found = findProgram(name, usualPath) ?? join("/bin", name);
    symlinkSync(found, join(folder, name));
  }
  return folder;
}

/** True where this program can confine an agent on this machine. */
function works(helper: string): boolean {
  const found = findProgram(helper, usualPath);
  if (found === undefined) return false;
  const settings = {
    agent: { confine: "required", rules: rulesOf({}) },
    storage: { directory: "/nowhere" },
    log: { outputPaths: [] },
  } as unknown as Parameters<typeof raiseWall>[0];
  const { by } = raiseWall(settings, found.replace(/[^/]+$/, ""));
  return helper === "setpriv" ? by?.endsWith("landlock") === true : by === "bubblewrap";
}

const ours = [
  ...["supervisor.yaml", "local.yaml", "storage/journal.json", "storage/effective.yaml"],
  ...["storage/agent.json", "storage/agent.log", "storage/new", "new"],
];

/** An agent that does its worst before it becomes a collector, and says what it could do. */
function hostile(): string {
  const attacks = ours.flatMap((name) => [
    `(echo x >> $home/${name}) && say wrote ${name}`,
    `rm $home/${name} && say removed ${name}`,
    `mv $home/${name} $data/ && say moved ${name}`,
    `ln $home/${name} $data/hard && say linked ${name}`,
    `ln -sf $home/${name} $data/soft && (echo x >> $data/soft) && say wrote ${name} by a link`,
    `(echo x >> /proc/$SUPERVISOR/root$home/${name}) && say wrote ${name} by another root`,
    `(echo x >> /proc/$SUPERVISOR/cwd/${name}) && say wrote ${name} by another directory`,
  ]);
  return [
    "#!/bin/sh",
    `case "$1" in --config) ;; *) exec ${collectorPath()} "$@";; esac`,
    "exec 3>&2 2>/dev/null",
    "home=$(dirname $(dirname $2))",
    "data=$(dirname $0)/data",
    'say() { echo "$*" >> $data/said; }',
    "say begun",
    "SUPERVISOR=$(cat $data/supervisor)",
    ...attacks,
    "mv $home/storage $home/aside && say moved the storage",
    "mkdir $home/storage/generations/more && say made a directory",
    "mount -o remount,rw,bind / && say mounted",
    "umount -l $data && say unmounted",
    "mknod $data/disk b 254 0 && say made a device",
    "(echo x > /proc/$SUPERVISOR/oom_score_adj) && say changed another process",
    "say through",
    `exec ${collectorPath()} "$@" 2>&3`,
    "",
  ].join("\n");
}

interface Confined extends Scene {
  /** What the agent could do. */
  readonly said: () => readonly string[];
  readonly start: () => Daemon;
}

async function confined(helper: string, more = ""): Promise<Confined> {
  const folder = scratchFolder();
  const [executable, data] = [join(folder, "run.sh"), join(folder, "data")];
  const agent = [
    "  confine: required",
    `  policy: {file_paths: {allow: [${data}/**]}}`,
    "  env: {PATH: /usr/sbin:/usr/bin:/sbin:/bin}",
    more,
  ].join("\n");
  writeFileSync(executable, hostile());
  chmodSync(executable, 0o755);
  mkdirSync(data);
  const scene = await createScene({ executable, agent });
  const environment = { PATH: pathWith(helper) };
  return {
    ...scene,
    said: () => readFileSync(join(data, "said"), "utf8").trim().split("\n"),
    start: () => {
      const daemon = scene.boot(environment);
      writeFileSync(join(data, "supervisor"), String(daemon.pid));
      return daemon;
    },
  };
}

const applied = (agent: { remoteConfigStatus?: { status: string } | undefined }): boolean =>
  agent.remoteConfigStatus?.status === "applied";

describe.each(["setpriv", "bwrap"])("behind the wall of %s", (helper) => {
  const here = works(helper);

  test.skipIf(!here)(
    "a collector writes nothing of ours, is validated, reloaded and ended, and leaves nothing behind",
    async () => {
      const { server, folder, start, said, keepsGood } = await confined(helper);
      const first = start();
      const { uid } = await server.agent((agent) => agent.up === "true");
      await eventually(keepsGood);
      expect(said()).toEqual(["begun", "through"]);
      server.offerConfig(uid, nopPart("one"));
      await server.agent(applied);
      expect(count(first, "agent process started"), "it was reloaded").toBe(1);
      await kill(first);
      await eventually(() => collectorsOf(folder).length === 0);

      const second = start();
      await second.waitForLog("agent is healthy");
      second.signal("SIGTERM");
      expect(await second.ended).toBe(0);
      expect(collectorsOf(folder)).toEqual([]);
      expect(said()).toEqual(["begun", "through", "begun", "through"]);
    },
    4 * patienceMs,
  );

  test.skipIf(!here)(
    "a collector goes on with the next supervisor, which reloads and ends it",
    async () => {
      const { server, folder, start, keepsGood } = await confined(helper, "  leftover: adopt\n");
      const first = start();
      const { uid } = await server.agent((agent) => agent.up === "true");
      await eventually(keepsGood);
      await kill(first);
      const second = start();
      await second.waitForLog("agent of an earlier supervisor goes on");
      await second.waitForLog("agent is healthy");
      server.offerConfig(uid, nopPart("two"));
      await server.agent(applied);
      expect(count(second, "agent process started")).toBe(0);
      second.signal("SIGTERM");
      expect(await second.ended).toBe(0);
      expect(collectorsOf(folder)).toEqual([]);
    },
    4 * patienceMs,
  );
});

test(
  "where nothing can confine it, an agent that must be does not start, and one that should be does",
  async () => {
    const folder = scratchFolder();
    const must = await createScene({ agent: "  confine: required\n" });
    const refused = must.boot({ PATH: folder });
    expect(await refused.ended).toBe(1);
    expect(refused.stderr()).toMatch(
      /expected a program that can confine the agent.*bwrap is not on/,
    );
    const should = await createScene({ agent: "  confine: auto\n" });
    const daemon = should.boot({ PATH: folder });
    await daemon.waitForLog("agent is healthy");
    expect(count(daemon, unconfined)).toBe(1);
  },
  2 * patienceMs,
);
