import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AgentRow } from "../../src/dev-server/shapes/api-shapes.ts";
import { type ConsoleProcess, startConsole } from "../helpers/e2e/console-process.ts";
import { eventually, patienceMs, program, scratchFolder } from "../helpers/e2e/daemon.ts";
import { mountSmallDisk, wayToMount } from "../helpers/e2e/small-disk.ts";
import { freePorts } from "../helpers/net/free-ports.ts";

/** Any user who has no process yet. */
const nobody = 64_322;
const asNobody = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
const canMount = wayToMount();

/** True where that user may run what the tests run. */
function canBeNobody(): boolean {
  if (process.getuid?.() !== 0) return false;
  const looks = ["sh", "-c", `test -r ${program} && test -x ${process.execPath}`];
  const [command = "", ...rest] = [...asNobody, ...looks];
  return spawnSync(command, rest).status === 0;
}

function connectAgents(port: number | undefined, name: string): void {
  const server = `--server=ws://127.0.0.1:${port}/v1/opamp`;
  const options = [server, "--agents=5", "--over=1s", "--until=connected", `--name=${name}`];
  const done = spawnSync(process.execPath, [program, "simulate", ...options]);
  expect(done.stderr.toString()).toBe("");
}

async function agentsAt(page: number | undefined): Promise<readonly AgentRow[]> {
  const answer = await fetch(`http://127.0.0.1:${page}/api/agents`);
  return ((await answer.json()) as { agents: readonly AgentRow[] }).agents;
}

async function saveConfiguration(page: number | undefined, name: string): Promise<void> {
  const sent = await fetch(`http://127.0.0.1:${page}/api/configurations/${name}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ files: { "": "receivers: {}" } }),
  });
  expect(sent.status).toBe(200);
}

async function end({ process: child }: ConsoleProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

test.skipIf(canMount === undefined)(
  "a console with a full disk serves agents, says at its end what is lost, and starts again",
  async () => {
    const folder = scratchFolder();
    const ports = await freePorts(2);
    const disk = await mountSmallDisk(canMount ?? [], folder, "1m");
    const state = join(folder, "storage/console.sqlite");
    const first = await startConsole(ports, state, disk.launcher);
    connectAgents(ports[0], "before");
    await end(first);
    expect(first.errors()).toBe("");

    const second = await startConsole(ports, state, disk.launcher);
    disk.fill();
    connectAgents(ports[0], "after");
    await saveConfiguration(ports[1], "edge");
    await eventually(() => second.errors().includes("The state is not kept"));
    expect(await agentsAt(ports[1])).toHaveLength(10);
    await end(second);
    expect(second.errors()).toMatch(
      /What is new of 5 agents, 1 configuration and \d+ other things? is not in .*console\.sqlite and is lost: /,
    );
    disk.clear();

    const third = await startConsole(ports, state, disk.launcher);
    expect(third.errors()).toBe("");
    expect(await agentsAt(ports[1])).toHaveLength(5);
    await end(third);
  },
  4 * patienceMs,
);

test.skipIf(canMount === undefined)(
  "a file that is damaged on a full disk is put aside, and made anew once there is room",
  async () => {
    const folder = scratchFolder();
    const ports = await freePorts(2);
    const disk = await mountSmallDisk(canMount ?? [], folder, "1m");
    const console = await startConsole(
      ports,
      join(folder, "storage/console.sqlite"),
      disk.launcher,
    );
    connectAgents(ports[0], "before");
    disk.fill();
    const path = disk.path("console.sqlite");
    writeFileSync(path, readFileSync(path).fill(0, 0, 50));
    await eventually(() => console.errors().includes("was changed by somebody else or damaged"));
    disk.clear();
    // What was put aside may have left enough room for the new one.
    await eventually(
      () =>
        !console.errors().includes("The state is not kept") ||
        console.errors().includes("The state is kept again"),
    );
    await end(console);
    const again = await startConsole(ports, join(folder, "storage/console.sqlite"), disk.launcher);
    expect(again.errors()).toBe("");
    expect(await agentsAt(ports[1])).toHaveLength(5);
    await end(again);
  },
  4 * patienceMs,
);

test.skipIf(canMount === undefined)(
  "a console on a read-only disk says so and serves agents, and what was kept is there again later",
  async () => {
    const folder = scratchFolder();
    const ports = await freePorts(2);
    const disk = await mountSmallDisk(canMount ?? [], folder, "2m");
    const state = join(folder, "storage/console.sqlite");
    const first = await startConsole(ports, state, disk.launcher);
    connectAgents(ports[0], "before");
    await end(first);
    disk.remount("ro");
    const second = await startConsole(ports, state, disk.launcher);
    expect(second.errors()).toMatch(/The state is not kept: .*let this user write it/);
    connectAgents(ports[0], "meanwhile");
    expect(await agentsAt(ports[1])).toHaveLength(5);
    await end(second);
    disk.remount("rw");
    const third = await startConsole(ports, state, disk.launcher);
    const hosts = (await agentsAt(ports[1])).map(({ hostName }) => hostName);
    expect(hosts.filter((name) => name.startsWith("before"))).toHaveLength(5);
    expect(hosts).toHaveLength(5);
    await end(third);
  },
  4 * patienceMs,
);

test.skipIf(!canBeNobody())(
  "a user who may not write the file or its folder is told so, and has agents served",
  async () => {
    const folder = scratchFolder();
    const state = join(folder, "console.sqlite");
    chmodSync(folder, 0o755);
    const denied = await freePorts(2);
    const first = await startConsole(denied, state, asNobody);
    expect(first.errors()).toContain("let this user write it and its folder");
    connectAgents(denied[0], "denied");
    expect(await agentsAt(denied[1])).toHaveLength(5);
    await end(first);
    expect(existsSync(state)).toBe(false);

    chownSync(folder, nobody, nobody);
    const ports = await freePorts(2);
    const second = await startConsole(ports, state, asNobody);
    connectAgents(ports[0], "before");
    // What is open stays open; what comes after it is not.
    chmodSync(folder, 0o555);
    writeFileSync(state, "receivers: {}");
    await eventually(() => second.errors().includes("The state is not kept"));
    chmodSync(folder, 0o755);
    await eventually(() => second.errors().includes("The state is kept again"));
    await end(second);
    const third = await startConsole(ports, state, asNobody);
    expect(await agentsAt(ports[1])).toHaveLength(5);
    await end(third);
  },
  4 * patienceMs,
);
