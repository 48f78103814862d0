import { expect, test } from "vitest";
import { attachedAgent } from "../../../../src/supervisor/core/state/core-settings.ts";
import { binary } from "../../../helpers/core/core-samples.ts";
import { first, type PartWorld, partText, partWorld } from "../../../helpers/core/part-world.ts";

const added = partText({ ...first, "nop/two": "" });
const inPart = ["validate 2", "write 2", "reload 2 in part"];
const whole = ["validate 2", "write 2", "reload 2 whole"];

const steps = ({ world }: PartWorld): readonly string[] =>
  world.trace.filter((line) => line !== "answer");
const verdict = ({ world }: PartWorld): string => world.state().config.verdict.is;
const at = ({ world }: PartWorld): string => world.state().agent.process.at;
const generation = ({ world }: PartWorld): unknown => {
  const agent = world.state().agent.process;
  return agent.at === "up" ? agent.generation.number : undefined;
};

/** The offer is on its way and the signal is sent. */
function signalled(of: PartWorld, text: string): void {
  of.offer("next", text);
  of.world.pass(40);
  expect(at(of)).toBe("reloading");
}

test("an added receiver is proved by what is told of it, and for nobody was there a gap", () => {
  const of = partWorld();
  signalled(of, added);
  expect(of.world.trace).toEqual(inPart);
  of.world.pass(900);
  expect(verdict(of), "an answer of the health check proves nothing").toBe("applying");
  of.tell({ "nop/one": 1n, "nop/two": 2n });
  expect(of.world.state().agent.gapSince).toBeUndefined();
  of.world.pass(600);
  expect(generation(of)).toBe(2);
  expect(verdict(of)).toBe("applied");
  expect(of.world.state().agent.gapSince).toBeUndefined();
  expect(of.world.trace).toEqual(inPart);
});

test("other settings of a receiver are proved by its new beginning, not by its former one", () => {
  const of = partWorld();
  signalled(of, partText({ "nop/one": "{x: 1}" }));
  expect(of.world.trace).toEqual(inPart);
  of.tell({ "nop/one": 1n });
  of.world.pass(700);
  expect(at(of)).toBe("reloading");
  of.tell({ "nop/one": 2n }, "StatusStarting");
  of.world.pass(700);
  expect(at(of)).toBe("reloading");
  of.tell({ "nop/one": 3n });
  of.world.pass(700);
  expect(verdict(of)).toBe("applied");
});

test("all that are to be restarted have to be told of", () => {
  const of = partWorld();
  signalled(of, partText({ ...first, "nop/two": "", "nop/three": "" }));
  of.tell({ "nop/one": 1n, "nop/two": 2n });
  of.world.pass(1_000);
  expect(at(of)).toBe("reloading");
  of.tell({ "nop/one": 1n, "nop/two": 2n, "nop/three": 2n });
  of.world.pass(700);
  expect(verdict(of)).toBe("applied");
});

test("a reload in part that goes unproved is followed by one of the whole agent, never by a restart", () => {
  const of = partWorld();
  signalled(of, added);
  of.world.pass(4_000);
  expect(of.world.trace).toEqual([...inPart, "reload 2 whole"]);
  expect(generation(of)).toBe(2);
  expect(verdict(of)).toBe("applied");
});

test("so it is when the extension is gone meanwhile, and when it speaks for another run", () => {
  const of = partWorld();
  signalled(of, added);
  const agent = of.world.state().agent.process;
  const run = "run" in agent ? agent.run : 0;
  of.world.post({ on: "extension-lost", run });
  of.tell({ "nop/one": 1n, "nop/two": 2n });
  of.world.pass(4_000);
  expect(of.world.trace).toEqual([...inPart, "reload 2 whole"]);
  expect(verdict(of)).toBe("applied");
});

test("an agent that restarts as a whole all the same is proved by its new beginning", () => {
  const of = partWorld(true, { reloadsInPart: false });
  signalled(of, added);
  of.world.pass(700);
  expect(of.world.trace).toEqual(inPart);
  expect(verdict(of)).toBe("applied");
});

test("one that falls silent on the way is waited for as for a whole reload, and the gap is told", () => {
  const of = partWorld(true, { reloadsInPart: false });
  of.world.behave.healthyAfterMs = (text) => (text.includes("nop/two") ? 8_000 : 40);
  signalled(of, added);
  of.world.pass(5_000);
  expect(at(of)).toBe("reloading");
  expect(of.world.now() - (of.world.state().agent.gapSince ?? NaN)).toBeGreaterThan(4_900);
  of.world.pass(5_000);
  expect(of.world.trace).toEqual(inPart);
  expect(verdict(of)).toBe("applied");
});

test("a receiver that cannot start ends the agent, which is FAILED with its words and rolled back", () => {
  const of = partWorld();
  of.world.behave.diesAfterMs = (text) => (text.includes("nop/two") ? 5 : Infinity);
  of.offer("next", added);
  of.world.pass(400);
  expect(of.world.trace).toEqual([...inPart, "write 1", "start 1"]);
  expect(of.world.state().config.verdict).toMatchObject({ is: "failed" });
  expect(JSON.stringify(of.world.state().config.verdict)).toContain("boom");
  expect(generation(of)).toBe(1);
});

test("a newer configuration that comes before the proof is taken up by the whole agent", () => {
  const of = partWorld();
  signalled(of, added);
  of.offer("newer", partText({ ...first, "nop/three": "" }));
  of.world.pass(700);
  expect(of.world.trace).toEqual([...inPart, "validate 3", "write 3", "reload 3 whole"]);
  expect(generation(of)).toBe(3);
  expect(verdict(of)).toBe("applied");
});

test("a restart command that comes before the proof restarts", () => {
  const of = partWorld();
  signalled(of, added);
  of.world.post({ on: "restart-commanded" });
  of.world.pass(700);
  expect(of.world.trace).toEqual([...inPart, "stop", "start 2"]);
  expect(verdict(of)).toBe("applied");
});

test.each([
  ["of something else", partText(first, "nop/2"), {}],
  ["that takes a receiver away", partText({ "nop/two": "" }), {}],
  ["of a receiver of which nothing is known", added, { "nop/two": 1n }],
  ["of a receiver that nothing is told of", partText({ "nop/one": "{x: 1}" }), { "nop/zero": 1n }],
])("a change %s is one of the whole agent", (_, text, told) => {
  const of = partWorld(false);
  of.tell(Object.keys(told).length > 0 ? told : { "nop/one": 1n });
  of.offer("next", text);
  of.world.pass(700);
  expect(steps(of)).toEqual(whole);
  expect(verdict(of)).toBe("applied");
});

test("so is the change of a receiver that is not well, which may get well by itself", () => {
  const of = partWorld(false);
  of.tell({ "nop/one": 1n }, "StatusRecoverableError");
  of.offer("next", partText({ "nop/one": "{x: 1}" }));
  of.world.pass(700);
  expect(steps(of)).toEqual(whole);
});

test("so is every change while the extension has told nothing", () => {
  const of = partWorld(false);
  of.offer("next", added);
  of.world.pass(700);
  expect(steps(of)).toEqual(whole);
});

const reloads = { ...binary, reloadsInPart: true };

test.each([
  ["a binary without the gate", binary, {}],
  ["a binary without the extension", { ...reloads, hasOpampExtension: false }, {}],
  ["a binary without a health check", { ...reloads, hasHealthCheck: false }, {}],
  ["a binary that can do more than we know", { ...reloads, otherPartGates: true }, {}],
  ["an operator who has turned the gate off", reloads, { partTimeoutMs: undefined }],
])("%s: nothing is reloaded in part, and nothing is marked", (_, facts, changes) => {
  const of = partWorld(true, { facts }, changes);
  of.offer("next", added);
  of.world.pass(3_000);
  expect(of.world.trace.filter((line) => /part|whole/.test(line))).toEqual([]);
  expect(verdict(of)).toBe("applied");
});

test("an agent that somebody else starts is never reloaded in part", () => {
  const changes = { kind: attachedAgent(false), partTimeoutMs: undefined };
  const of = partWorld(true, {}, changes);
  of.offer("next", added);
  of.world.pass(700);
  expect(of.world.trace.filter((line) => /part|whole/.test(line))).toEqual([]);
});
