import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { wireMessages } from "../../src/opamp-client/wire/fields.ts";
import { ServerCapability } from "../../src/opamp-client/wire/messages.ts";
import { nopConfig, nopPart } from "../helpers/agent/agent-configs.ts";
import { count, type Daemon, eventually, patienceMs, pidsOf } from "../helpers/e2e/daemon.ts";
import { lasts } from "../helpers/endurance/bad-weather.ts";
import { figuresOf } from "../helpers/endurance/figures.ts";
import { hexOf, newestConnection, offerOf } from "../helpers/endurance/raw-offers.ts";
import { printedDice } from "../helpers/endurance/seed.ts";
import { eventuallyApplied, type Stand, standWithFake } from "../helpers/endurance/stand.ts";
import type { FakeServer } from "../helpers/opamp/fake-opamp-server.ts";
import type { Dice } from "../helpers/opamp/mutate-frame.ts";
import { delimited, joined, nested, tag, varint } from "../helpers/opamp/wire-bytes.ts";
import { bytesOf, messagePieces } from "../helpers/opamp/wire-arbitraries.ts";

type Flooded = Stand & { readonly server: FakeServer };

const floodMs = 60_000;
const offers = 10_000;

function peakMb({ pid }: Daemon): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

const reloads = ({ daemon }: Stand): number =>
  count(daemon, "agent is reloaded to apply") + pidsOf(daemon).length;

/** Whatever it has said of itself before, the server wants to hear everything again. */
const capabilities = Object.values(ServerCapability).reduce((all, bit) => all | bit, 0n);

async function takesTheNext(stand: Flooded, word: string): Promise<void> {
  await eventuallyApplied(stand, word, () =>
    newestConnection(stand.server)?.send({ ...offerOf(word, nopPart(word)), capabilities }),
  );
  expect(count(stand.daemon, "agent process ended unexpectedly")).toBe(0);
}

test(
  "of 10,000 offers in a minute the last one wins, and few of them touch the agent",
  async () => {
    const stand = await standWithFake();
    const { server, daemon } = stand;
    const [cpu, peak] = [figuresOf(daemon.pid).cpuMs, peakMb(daemon)];
    const begun = performance.now();
    for (let sent = 0; sent < offers;) {
      const due = Math.min(offers, ((performance.now() - begun) / floodMs) * offers);
      for (; sent < due; sent += 1) {
        newestConnection(server)?.send(offerOf(`offer-${sent}`, nopConfig(`n${sent}`)));
      }
      await lasts(20);
    }
    const spent = figuresOf(daemon.pid).cpuMs - cpu;
    const last = hexOf(`offer-${offers - 1}`);
    await eventually(() => stand.told()?.hash === last && stand.told()?.verdict === "applied");
    const grown = peakMb(daemon) - peak;
    process.stdout.write(
      `  ${spent} ms on the processor, at most ${grown.toFixed(0)} MB more, changes of the agent: ${reloads(stand)}, messages: ${server.messages().length}\n`,
    );
    // Five at once, and one in ten seconds; each may take a second step.
    expect(reloads(stand)).toBeLessThan(40);
    expect(spent).toBeLessThan(floodMs / 2);
    expect(grown).toBeLessThan(100);
    await takesTheNext(stand, "after");
    await stand.stillStands();
  },
  8 * patienceMs,
);

const mebibyte = 1024 * 1024;

test.each([
  ["just below", 64 * mebibyte - 4_096],
  ["above", 64 * mebibyte + 1],
])(
  "an offer %s 64 MiB costs what its message costs",
  async (_what, bytes) => {
    const stand = await standWithFake();
    const { server, daemon } = stand;
    const peak = peakMb(daemon);
    const connection = newestConnection(server);
    const discarded = (): number => count(daemon, "not connected");
    connection?.send(offerOf("huge", "#".repeat(bytes)));
    await eventually(() => stand.told()?.hash === hexOf("huge") || discarded() > 0);
    const grown = peakMb(daemon) - peak;
    process.stdout.write(`  at most ${grown.toFixed(0)} MB more\n`);
    expect(grown).toBeLessThan(5 * 64);
    await takesTheNext(stand, "after");
    expect(pidsOf(daemon)).toHaveLength(1);
    await stand.stillStands(3 * patienceMs);
  },
  8 * patienceMs,
);

const chance = (length: number, dice: Dice): Uint8Array =>
  Uint8Array.from({ length }, () => dice(256));

/** What no server would send; all of it on the same connection, as long as it lasts. */
const garbage: Readonly<Record<string, (dice: Dice) => readonly (Uint8Array | string)[]>> = {
  "random bytes": (dice) => Array.from({ length: 500 }, (_, at) => chance(at * 7, dice)),
  "bytes behind the header of a frame": (dice) =>
    Array.from({ length: 500 }, (_, at) => joined(Uint8Array.of(0), chance(at * 7, dice))),
  "valid messages of every other type": (dice) =>
    Object.keys(wireMessages).flatMap((name) =>
      fc
        .sample(messagePieces(name), { numRuns: 12, seed: dice(1_000_000) })
        .map((parts) => joined(Uint8Array.of(0), bytesOf(parts))),
    ),
  "messages that are nested without end": () =>
    [10, 100, 1_000, 10_000].flatMap((levels) =>
      Array.from({ length: 15 }, (_, at) =>
        joined(Uint8Array.of(0), delimited(at + 1, nested(levels, [1, 2]))),
      ),
    ),
  "lengths that nothing follows": () =>
    [2 ** 20, 2 ** 31 - 1, 2 ** 32 - 1].map((length) =>
      joined(Uint8Array.of(0), tag(3, 2), varint(length)),
    ),
  "texts in place of bytes": () => ["", "{}", "hello", "x".repeat(mebibyte)],
  "nothing at all": () => Array.from({ length: 1_000 }, () => new Uint8Array()),
};

test.each(Object.entries(garbage))(
  "a server that sends %s is outlived",
  async (what, pieces) => {
    const stand = await standWithFake();
    const { server, daemon } = stand;
    const dice = printedDice(what);
    for (const piece of pieces(dice)) {
      // What it would take for the end of the connection it may answer by its end.
      await eventually(() => newestConnection(server) !== undefined);
      newestConnection(server)?.sendRaw(piece);
      await lasts(1);
    }
    await takesTheNext(stand, "after");
    expect(pidsOf(daemon).length).toBeLessThan(4);
    // What is wrong with messages is said five times in ten seconds at most.
    expect(count(daemon, "message discarded")).toBeLessThan(60);
    await stand.stillStands(3 * patienceMs);
  },
  8 * patienceMs,
);
