import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { nopPart } from "../helpers/agent/agent-configs.ts";
import { collectorsOf } from "../helpers/agent/processes.ts";
import { count, type Daemon, eventually, patienceMs } from "../helpers/e2e/daemon.ts";
import type { TestServer } from "../helpers/e2e/dev-world.ts";
import { lasts } from "../helpers/endurance/bad-weather.ts";
import { signalAgents } from "../helpers/endurance/signal-agents.ts";
import { backWithinMs, type Stand, standWithServer } from "../helpers/endurance/stand.ts";

const canLimit = spawnSync("prlimit", ["--version"]).status === 0;

type Served = Stand & { readonly server: TestServer };

const agentOf = ({ host }: Stand): number => collectorsOf(host.folder)[0] ?? 0;

/** The server's own offer gets through, and everything is as at the beginning. */
async function recovers(stand: Served): Promise<void> {
  const { server, told } = stand;
  server.offerConfig(told()?.uid ?? "", nopPart("after"));
  await server.agent(
    ({ up, offer, effectiveConfig }) =>
      up === "true" &&
      offer?.state === "applied" &&
      effectiveConfig[0]?.text.includes("nop/after") === true,
    backWithinMs,
  );
  await stand.stillStands(backWithinMs);
}

const pauses: readonly (readonly [string, number, boolean])[] = [
  ["a moment", 1_500, false],
  ["a moment, in which its agent is killed", 1_500, true],
  ["longer than the server waits for an answer", 45_000, false],
  ["longer than the server waits for an answer, and its agent is killed", 45_000, true],
];

test.each(pauses)(
  "a supervisor that is stopped for %s goes on as if nothing had been",
  async (_what, forMs, isKilled) => {
    const stand = await standWithServer();
    const { server, daemon, told } = stand;
    daemon.signal("SIGSTOP");
    server.offerConfig(told()?.uid ?? "", nopPart("meanwhile"));
    if (isKilled) signalAgents(stand.host.folder, "SIGKILL");
    await lasts(forMs);
    daemon.signal("SIGCONT");
    await recovers(stand);
  },
  8 * patienceMs,
);

test(
  "a supervisor that is stopped again and again, with its agent or without, loses nothing",
  async () => {
    const stand = await standWithServer();
    const { server, daemon, told } = stand;
    for (let round = 0; round < 20; round += 1) {
      if (round % 3 === 0) signalAgents(stand.host.folder, "SIGSTOP");
      server.offerConfig(told()?.uid ?? "", nopPart(`round${round}`));
      daemon.signal("SIGSTOP");
      await lasts(200);
      if (round % 3 === 0) signalAgents(stand.host.folder, "SIGCONT");
      daemon.signal("SIGCONT");
      await lasts(200);
    }
    await recovers(stand);
    expect(count(daemon, "agent process ended unexpectedly")).toBe(0);
  },
  8 * patienceMs,
);

test(
  "an agent that is stopped is seen to be ill, and is well when it goes on",
  async () => {
    const stand = await standWithServer();
    signalAgents(stand.host.folder, "SIGSTOP");
    await stand.server.agent(({ up }) => up === "false", backWithinMs);
    // Whoever ended it meanwhile did well too.
    signalAgents(stand.host.folder, "SIGCONT");
    await recovers(stand);
  },
  10 * patienceMs,
);

test(
  "an agent that is stopped for ever is replaced, and the offer in that time gets an answer",
  async () => {
    const stand = await standWithServer();
    const { server, told } = stand;
    signalAgents(stand.host.folder, "SIGSTOP");
    server.offerConfig(told()?.uid ?? "", nopPart("meanwhile"));
    // By FAILED too: nobody can tell it from a configuration that hangs.
    const isAnswered = (state = ""): boolean => ["applied", "failed"].includes(state);
    await server.agent(({ up, offer }) => up === "true" && isAnswered(offer?.state), backWithinMs);
    await recovers(stand);
  },
  10 * patienceMs,
);

/** What a process that runs may have from now on. */
function limit({ pid }: Pick<Daemon, "pid">, what: string): void {
  execFileSync("prlimit", ["--pid", String(pid), what]);
}

const openIn = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

test.skipIf(!canLimit)(
  "without a descriptor to spare the supervisor gets over the end of its agent and of its connection",
  async () => {
    const stand = await standWithServer();
    const { server, daemon, told } = stand;
    for (let round = 0; round < 3; round += 1) {
      const spare = round * 2;
      limit(daemon, `--nofile=${openIn(daemon.pid) + spare}:`);
      server.offerConfig(told()?.uid ?? "", nopPart(`short${round}`));
      signalAgents(stand.host.folder, "SIGKILL");
      await lasts(4_000);
      limit(daemon, "--nofile=1024:");
      await eventually(() => collectorsOf(stand.host.folder).length === 1);
    }
    await recovers(stand);
  },
  8 * patienceMs,
);

const addressSpace = (pid: number): number =>
  Number(/VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;

test.skipIf(!canLimit)(
  "an agent that gets no more memory ends, and a new one has as much as it wants",
  async () => {
    const stand = await standWithServer();
    const { server, daemon, told } = stand;
    for (let round = 0; round < 3; round += 1) {
      const agent = agentOf(stand);
      limit({ pid: agent }, `--as=${addressSpace(agent)}:`);
      server.offerConfig(told()?.uid ?? "", nopPart(`tight${round}`));
      await lasts(2_000);
    }
    await recovers(stand);
    expect(count(daemon, "supervisor starting")).toBe(1);
  },
  8 * patienceMs,
);

test(
  "in a heap of 48 MB the supervisor outlives offers that are large",
  async () => {
    const stand = await standWithServer({
      launch: () => ({ launcher: ["env", "sh", "-c", small, "sh"] }),
    });
    const { server, told, daemon } = stand;
    for (let round = 0; round < 20; round += 1) {
      const text = `${nopPart(`large${round}`)}${"#".repeat(79)}\n`.padEnd(2 ** 20, "# padding\n");
      server.offerConfig(told()?.uid ?? "", text);
      await lasts(300);
    }
    await recovers(stand);
    expect(count(daemon, "supervisor starting")).toBe(1);
  },
  8 * patienceMs,
);

/** The variable has what tells the figures too. */
const small =
  'NODE_OPTIONS="$NODE_OPTIONS --max-old-space-size=48"; export NODE_OPTIONS; exec "$@"';
