import { expect, onTestFinished } from "vitest";
import { nopPart } from "../agent/agent-configs.ts";
import { collectorsOf } from "../agent/processes.ts";
import { eventually } from "../e2e/daemon.ts";
import { startServer } from "../e2e/dev-world.ts";
import { roughWay, type Weather } from "../net/rough-way.ts";
import { answerOf } from "./invariants.ts";
import { printedDice } from "./seed.ts";
import { backWithinMs, standAt } from "./stand.ts";
import { toldTo } from "./told.ts";

/** What goes wrong on the way to the server, one after the other. */
export const weathers: readonly (readonly [string, Weather])[] = [
  ["everything comes late", { lateMs: 2_000 }],
  ["every third piece is lost", { lostOf: 3 }],
  ["the way is half-open", "half-open"],
  ["every connection is reset", "reset"],
  ["a byte comes every 10 ms", { dripMs: 10 }],
  ["every answer is cut off in the middle", { cutWithin: 300 }],
];

/** How long it lasts: several attempts to connect. */
const badMs = 12_000;

/** The agent runs on, also after an end of its own, and the server knows all of it when the weather is fair again. */
export async function outlive(
  scheme: "ws" | "http",
  name: string,
  weather: Weather,
): Promise<void> {
  const server = await startServer();
  const dice = printedDice(`${scheme}, ${name}`);
  const port = Number(new URL(server.opampUrl).port);
  const way = await roughWay(port, dice, onTestFinished);
  const endpoint = `${scheme}://127.0.0.1:${way.port}/v1/opamp`;
  const stand = await standAt(endpoint, () => toldTo(server));
  const { uid } = stand.told() ?? { uid: "" };
  const made = way.connections();
  way.become(weather);
  server.offerConfig(uid, nopPart("meanwhile"));
  const [first = 0] = collectorsOf(stand.host.folder);
  process.kill(first, "SIGKILL");
  await lasts(badMs);
  await eventually(async () => (await answerOf(stand.health)) === 200);
  way.become("fair");
  const from = performance.now();
  server.offerConfig(uid, nopPart("after"));
  const hash = server.agents()[0]?.offer?.hash;
  await expectApplied(() => toldTo(server), hash);
  await stand.stillStands(backWithinMs);
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  process.stdout.write(`  back after ${seconds} s, ${way.connections() - made} connections\n`);
  expect(stand.told()?.effective).toContain("nop/after");
  // A storm of attempts would be hundreds.
  expect(way.connections() - made).toBeLessThan(scheme === "http" ? 60 : 30);
  await eventually(() => way.open() <= 1);
}

async function expectApplied(
  told: () => ReturnType<typeof toldTo>,
  hash: string | undefined,
): Promise<void> {
  const end = performance.now() + backWithinMs;
  const isSo = (): boolean => told()?.hash === hash && told()?.verdict === "applied";
  while (!isSo() && performance.now() < end) await lasts(100);
  expect([told()?.verdict, told()?.hash, told()?.why]).toEqual(["applied", hash, ""]);
}

/** A fault needs a length; nothing is waited for by it. */
export function lasts(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
