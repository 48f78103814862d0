import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { nopConfig, nopPart } from "../helpers/agent/agent-configs.ts";
import { agentPath } from "../helpers/agent/agents.ts";
import { lives } from "../helpers/agent/processes.ts";
import {
  type Daemon,
  collectorPath,
  count,
  eventually,
  patienceMs,
  pidsOf,
  program,
  scratchFolder,
} from "../helpers/e2e/daemon.ts";
import { type HostParts, type Scene, createScene } from "../helpers/e2e/scene.ts";
import { remoteConfig } from "../helpers/e2e/settings-text.ts";
import { mountSmallDisk, wayToMount } from "../helpers/e2e/small-disk.ts";
import { freePorts } from "../helpers/net/free-ports.ts";

/** Any user who has no process yet. */
const nobody = 64_321;
const canLimit = spawnSync("prlimit", ["--version"]).status === 0;
const canMount = wayToMount();

/** So many processes and threads that user may have. */
const most = 150;

/** True where that user may run what the tests run. */
function canBeNobody(): boolean {
  if (process.getuid?.() !== 0) return false;
  const looks = [
    "-c",
    `test -r ${program} && test -x ${agentPath("healthy")} && test -x ${process.execPath}`,
  ];
  return spawnSync("sh", looks, { uid: nobody, gid: nobody }).status === 0;
}

interface Stage extends Scene {
  readonly page: number;
}

async function stage(parts: HostParts = {}): Promise<Stage> {
  const [health = 0, page = 0] = await freePorts(2);
  const scene = await createScene({
    local: nopConfig("local", { health: `127.0.0.1:${health}` }),
    executable: collectorPath(),
    capabilities: remoteConfig,
    more: `healthcheck: {endpoint: "127.0.0.1:${page}"}\n`,
    ...parts,
  });
  return { ...scene, page };
}

/** Sets how many files a process that runs may open. */
function limitFiles({ pid }: Daemon, files: number): void {
  execFileSync("prlimit", ["--pid", String(pid), `--nofile=${files}:`]);
}

/** Processes of that user which do nothing; gone with the test. */
function spawnSleepers(size: number): readonly ChildProcess[] {
  const options = { uid: nobody, gid: nobody, stdio: "ignore" } as const;
  const all = Array.from({ length: size }, () => spawn("sleep", ["600"], options));
  onTestFinished(() => all.forEach((one) => void one.kill("SIGKILL")));
  return all;
}

/** How many files a process has open. */
function filesOf({ pid }: Daemon): number {
  return Number(execFileSync("sh", ["-c", `ls /proc/${pid}/fd | wc -l`]).toString());
}

/** Connections that ask nothing; gone with the test. */
function crowd(port: number, size: number): readonly Socket[] {
  const sockets = Array.from({ length: size }, () =>
    connect(port, "127.0.0.1").on("error", () => undefined),
  );
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
  return sockets;
}

/** Who is in the middle of a trouble knows what is so, and what comes after it. */
async function takesAnOffer({ server }: Stage, uid: string, word: string): Promise<void> {
  server.offerConfig(uid, nopPart(word));
  await server.agent(
    ({ up, remoteConfigStatus, effectiveConfig }) =>
      up === "true" &&
      remoteConfigStatus?.status === "applied" &&
      effectiveConfig[0]?.text.includes(`nop/${word}`) === true,
  );
}

/** The system said nothing to which nobody listened. */
function expectNoSurprise(daemon: Daemon): void {
  const words = ["internal error", "where nobody expected it"];
  const told = daemon.lines.filter(({ msg }) => words.some((each) => msg.includes(each)));
  expect(told).toEqual([]);
}

test(
  "with few files a crowd at its page keeps the supervisor from nothing",
  async () => {
    const made = await stage();
    const daemon = made.boot({}, ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"]);
    const { uid } = await made.server.agent((agent) => agent.up === "true");
    await daemon.waitForLog("the health page is open");
    crowd(made.page, 200);
    const [first = 0] = pidsOf(daemon);
    process.kill(first, "SIGKILL");
    await eventually(() => count(daemon, "agent is healthy") === 2);
    await takesAnOffer(made, uid, "one");
    expect(pidsOf(daemon)).toHaveLength(2);
    expectNoSurprise(daemon);
  },
  3 * patienceMs,
);

test.skipIf(!canLimit)(
  "a supervisor that may open nothing more says nothing against its agent",
  async () => {
    const made = await stage();
    const daemon = made.boot();
    const { uid } = await made.server.agent((agent) => agent.up === "true");
    await daemon.waitForLog("agent is healthy");
    const [pid = 0] = pidsOf(daemon);
    limitFiles(daemon, Math.min(8, filesOf(daemon)));
    await daemon.waitForLog(
      ({ msg, reason }) => msg === "step failed" && String(reason).includes("EMFILE"),
    );
    made.server.offerConfig(uid, nopPart("one"));
    const refused = await made.server.agent(({ offer }) => offer?.state === "failed");
    expect(refused.status).toBe("degraded");
    expect(lives(pid)).toBe(true);
    limitFiles(daemon, 1024);
    await takesAnOffer(made, uid, "two");
    expect(pidsOf(daemon)).toEqual([pid]);
    expect(count(daemon, "agent is unhealthy")).toBe(0);
    expectNoSurprise(daemon);
  },
  4 * patienceMs,
);

test.skipIf(!canLimit || !canBeNobody())(
  "where the user may have no more processes an offer is answered, and taken when he may",
  async () => {
    const made = await stage({ executable: agentPath("healthy") });
    chownSync(made.folder, nobody, nobody);
    chmodSync(made.folder, 0o755);
    const as = [
      "setpriv",
      `--reuid=${nobody}`,
      `--regid=${nobody}`,
      "--clear-groups",
      "--inh-caps=-all",
      "--bounding-set=-all",
      ...["prlimit", `--nproc=${most}:${most}`],
    ];
    const daemon = made.boot({ HOME: made.folder }, as);
    const { uid } = await made.server.agent((agent) => agent.up === "true");
    const [pid = 0] = pidsOf(daemon);
    await eventually(made.keepsGood);
    const full = spawnSleepers(most);
    made.server.offerConfig(uid, nopPart("one"));
    const refused = await made.server.agent(({ offer }) => offer?.state === "failed");
    expect(refused.offer?.errorMessage).toContain("stays in force");
    expect(refused.up).toBe("true");
    expect(lives(pid)).toBe(true);
    process.kill(pid, "SIGKILL");
    await daemon.waitForLog(
      ({ msg, reason }) =>
        msg === "agent process ended unexpectedly" && String(reason).includes("EAGAIN"),
    );
    full.forEach((one) => void one.kill("SIGKILL"));
    await takesAnOffer(made, uid, "two");
    expectNoSurprise(daemon);
  },
  4 * patienceMs,
);

test.skipIf(canMount === undefined)(
  "a disk that becomes read-only costs the agent nothing, and is written to again",
  async () => {
    const made = await stage({ agent: "  passthrough_logs: true\n" });
    const disk = await mountSmallDisk(canMount ?? [], made.folder, "1m");
    const daemon = made.boot({}, disk.launcher);
    const { uid } = await made.server.agent((agent) => agent.up === "true");
    const [pid = 0] = pidsOf(daemon);
    await eventually(() => readFileSync(disk.path("journal.json"), "utf8").includes('"good":{'));
    disk.remount("ro");
    made.server.offerConfig(uid, nopPart("one"));
    const refused = await made.server.agent(({ offer }) => offer?.state === "failed");
    expect(refused.offer?.errorMessage).toMatch(/read-only|EROFS/);
    expect(refused.status).toBe("degraded");
    process.kill(pid, "SIGKILL");
    await eventually(() => count(daemon, "agent is healthy") === 2);
    disk.remount("rw");
    // The server need not offer it again.
    await made.server.agent(({ offer, up }) => offer?.state === "applied" && up === "true");
    expect(pidsOf(daemon)).toHaveLength(2);
    expectNoSurprise(daemon);
  },
  4 * patienceMs,
);

test(
  "a disk that fails costs the agent nothing, and is written to again",
  async ({ skip }) => {
    const folder = scratchFolder();
    const library = join(folder, "failing-disk.so");
    const source = join(import.meta.dirname, "../fixtures/disk/failing-disk.c");
    const built = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
    if (built.status !== 0) return skip("a C compiler is needed (cc)");
    const made = await stage();
    const off = join(folder, "on");
    const daemon = made.boot({
      LD_PRELOAD: library,
      FAILING_DISK_PATH: made.path("storage"),
      FAILING_DISK_SWITCH: off,
    });
    const { uid } = await made.server.agent((agent) => agent.up === "true");
    const [pid = 0] = pidsOf(daemon);
    await eventually(made.keepsGood);
    writeFileSync(off, "");
    made.server.offerConfig(uid, nopPart("one"));
    const refused = await made.server.agent(({ offer }) => offer?.state === "failed");
    expect(refused.offer?.errorMessage).toMatch(/EIO|fails/);
    expect(refused.status).toBe("degraded");
    process.kill(pid, "SIGKILL");
    await eventually(() => count(daemon, "agent is healthy") === 2);
    rmSync(off);
    await made.server.agent(({ offer, up }) => offer?.state === "applied" && up === "true");
    expect(pidsOf(daemon)).toHaveLength(2);
    expectNoSurprise(daemon);
  },
  4 * patienceMs,
);
