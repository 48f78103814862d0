import { test, onTestFinished, expect } from "vitest";
import type { AgentView } from "../../../src/dev-server/fleet/view.ts";
import { dyingPart, nopPart } from "../../helpers/agent/agent-configs.ts";
import { patienceMs } from "../../helpers/e2e/daemon.ts";
import { takenPort } from "../../helpers/net/free-ports.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import { runningScene } from "../../helpers/e2e/scene.ts";

const offers = 500;

/** The same storm each time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One that takes the collector a while: many pipelines. */
function slow(word: string): string {
  const names = Array.from({ length: 400 }, (_, index) => `traces/${word}${index}`);
  const pipelines = names.map((name) => `    ${name}: {receivers: [nop], exporters: [nop]}\n`);
  return `receivers: {nop/${word}: }\nservice:\n  pipelines:\n    traces: {receivers: [nop/${word}]}\n${pipelines.join("")}`;
}

interface Watch {
  readonly faults: string[];
  readonly stop: () => void;
}

/** Looks every few milliseconds how many collectors there are, and whether the server is told what is so. */
function watch(folder: string, agent: () => AgentView | undefined): Watch {
  const faults: string[] = [];
  let aloneSince: number | undefined;
  const timer = setInterval(() => {
    const count = collectorsOf(folder).length;
    if (count > 1) faults.push(`${count} collectors at once`);
    aloneSince = count === 0 ? (aloneSince ?? Date.now()) : undefined;
    if (aloneSince !== undefined && Date.now() - aloneSince > 2_000) {
      faults.push("no collector for more than two seconds");
      aloneSince = undefined;
    }
    const seen = agent();
    const word = /nop\/(\w+)/.exec(seen?.offer?.files[0]?.text ?? "")?.[1];
    const applied = seen?.remoteConfigStatus?.status === "applied";
    if (!applied || word === undefined || seen.offer?.hash !== seen.remoteConfigStatus.hash) return;
    if (seen.effectiveConfig[0]?.text.includes(`nop/${word}`) !== true) {
      faults.push(`told ${word} is applied while something else runs`);
    }
  }, 25);
  return { faults, stop: () => clearInterval(timer) };
}

test(
  "500 random offers: never two collectors, never none for long, and what is told is so",
  async () => {
    const dies = dyingPart(await takenPort(), "dies");
    const { server, folder, uid, ...host } = await runningScene();
    const watching = watch(folder, () => server.agents()[0]);
    onTestFinished(watching.stop);
    const random = randomFrom(7);
    const kinds = [
      (index: number) => nopPart(`g${index % 6}`),
      (index: number) => nopPart(`g${index % 3}`),
      () => "receivers: {nonsense: }\n",
      () => dies,
      (index: number) => slow(`s${index % 2}`),
      () => "",
      () => "a: [",
    ];
    for (let index = 0; index < offers; index += 1) {
      const kind = kinds[Math.floor(random() * kinds.length)];
      server.offerConfig(uid, kind?.(index) ?? "");
      // Now and then long enough for a verdict; not a wait for anything to be ready.
      const pauseMs = random() < 0.1 ? 800 : random() * 60;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    server.offerConfig(uid, nopPart("last"));
    const last = await server.agent(
      (agent) =>
        agent.remoteConfigStatus?.status === "applied" &&
        agent.remoteConfigStatus.hash === agent.offer?.hash,
      3 * patienceMs,
    );
    watching.stop();
    expect(watching.faults).toEqual([]);
    const effective = host.effective();
    expect(effective).toContain("nop/last");
    expect(last.effectiveConfig[0]?.text).toBe(effective);
    expect(collectorsOf(folder)).toHaveLength(1);
  },
  8 * patienceMs,
);
