import { expect, test } from "vitest";
import type { ServerToAgent } from "../../src/opamp-client/wire/messages.ts";
import { nopPart } from "../helpers/agent/agent-configs.ts";
import { count, patienceMs, pidsOf } from "../helpers/e2e/daemon.ts";
import { lasts } from "../helpers/endurance/bad-weather.ts";
import { newestConnection, offerOf } from "../helpers/endurance/raw-offers.ts";
import { printedDice } from "../helpers/endurance/seed.ts";
import { eventuallyApplied, standWithFake } from "../helpers/endurance/stand.ts";
import type { Dice } from "../helpers/opamp/mutate-frame.ts";

interface Lie {
  readonly reply: (dice: Dice) => ServerToAgent | undefined;
  /** Said four times in a second without being asked. */
  readonly push?: (dice: Dice) => ServerToAgent;
  /** Several attempts to connect, where the lie costs the connection. */
  readonly forMs?: number;
}

const stranger = (dice: Dice): Uint8Array => Uint8Array.from({ length: 16 }, () => dice(256));
const chance = (dice: Dice): bigint => BigInt(dice(2 ** 31)) * BigInt(dice(2 ** 31));
const all = 0x7fn;

const lies: Readonly<Record<string, Lie>> = {
  "never answers": { reply: () => undefined, forMs: 40_000 },
  "answers for other agents, with offers for them": {
    reply: (dice) => ({ ...offerOf("theirs", nopPart("theirs")), instanceUid: stranger(dice) }),
    push: (dice) => ({ ...offerOf("theirs", nopPart("theirs")), instanceUid: stranger(dice) }),
  },
  "sets flags that contradict each other, in each answer": {
    reply: (dice) => ({ flags: chance(dice) | 1n, capabilities: all }),
    push: (dice) => ({ flags: dice(2) === 0 ? 1n : chance(dice) }),
  },
  "offers the same text under other hashes, and other texts under the same hash": {
    reply: () => ({ capabilities: all }),
    push: (dice) =>
      dice(2) === 0
        ? offerOf(`hash-${dice(100)}`, nopPart("same"))
        : offerOf("same", nopPart(`text-${dice(100)}`)),
  },
  "offers under no hash, and under very long ones": {
    reply: () => ({ capabilities: all }),
    push: (dice) => offerOf("x".repeat(dice(2) === 0 ? 0 : 2_000), nopPart("odd")),
  },
  "says other capabilities in each message": {
    reply: (dice) => ({ capabilities: chance(dice) }),
    push: (dice) => ({ capabilities: dice(2) === 0 ? 0n : chance(dice) }),
  },
  "gives another instance id in each answer": {
    reply: (dice) => ({ agentIdentification: { newInstanceUid: stranger(dice) } }),
  },
  "answers each message with an error": {
    reply: (dice) => ({ errorResponse: { type: dice(4), errorMessage: "no" } }),
    forMs: 15_000,
  },
};

test.each(Object.entries(lies))(
  "a server that %s is outlived, and believed again when it is honest",
  async (what, { reply, push, forMs = 10_000 }) => {
    const stand = await standWithFake();
    const { server, daemon } = stand;
    const dice = printedDice(what);
    const before = server.messages().length;
    server.script.reply = () => reply(dice);
    // A new connection begins with a message that has to be answered.
    newestConnection(server)?.cut();
    const until = performance.now() + forMs;
    while (performance.now() < until) {
      if (push !== undefined) newestConnection(server)?.send(push(dice));
      await lasts(250);
    }
    const said = server.messages().length - before;
    // Forty at once and ten in a second is what it may say, whatever it is asked.
    expect(said).toBeLessThan(40 + (forMs / 1_000) * 10 + 20);
    // On a machine that stands still a reload may not be proved in time; then it is a restart, and its reason is told.
    const restarts = daemon.lines.filter(({ msg }) => msg === "agent is restarted to apply");
    expect(pidsOf(daemon).length - restarts.length).toBeLessThanOrEqual(2);
    expect(restarts.length, JSON.stringify(restarts)).toBeLessThan(4);
    expect(count(daemon, "agent process ended unexpectedly")).toBe(0);

    server.script.reply = () => ({ capabilities: all });
    await eventuallyApplied(stand, "honest", () => {
      newestConnection(server)?.send(offerOf("honest", nopPart("honest")));
    });
    expect(stand.told()?.effective).toContain("nop/honest");
    process.stdout.write(`  said ${said} messages, ${pidsOf(daemon).length} starts\n`);
    await stand.stillStands(3 * patienceMs);
  },
  10 * patienceMs,
);
