import { test, expect } from "vitest";
import { layersCapability } from "../../../../src/agent-config/told/layers-capability.ts";
import { type ServerToAgent, ServerFlag } from "../../../../src/opamp-client/wire/messages.ts";
import { extensionStep, longestQueue } from "../../../../src/supervisor/core/agent/extension.ts";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import { uid, baseLayer, configText, remoteOf } from "../../../helpers/core/core-samples.ts";
import {
  description,
  health,
  healthyWithExtension as healthy,
  nothing,
  running,
  sick,
} from "../../../helpers/core/extension-world.ts";
import { createWorld, type World } from "../../../helpers/core/world.ts";

const hash = Uint8Array.of(1, 2);
const listed = { hash, components: new Map([["receivers", {}]]) };

/** What would be said next, if anything. */
function answerOf(world: World): ServerToAgent | undefined {
  const step = extensionStep(world.state());
  return step?.do === "answer-extension" ? step.answer : undefined;
}

test("an extension that connects is greeted once", () => {
  const { world, run } = healthy(false);
  world.forget();
  world.post({ on: "extension-connected", run: run() });
  expect(world.trace).toEqual(["answer"]);
  expect(answerOf(world)).toBeUndefined();
});

test("its health becomes parts of the agent's, and the judgement of the whole stays ours", () => {
  const { say, told } = healthy();
  expect(told().health?.componentHealthMap).toBeUndefined();
  say({ description, health: { ...health, healthy: false } });
  const { healthy: whole, componentHealthMap } = told().health ?? {};
  expect(whole).toBe(true);
  expect([...(componentHealthMap?.keys() ?? [])]).toEqual([
    "process",
    "health_check",
    "pipeline:traces",
  ]);
  expect(componentHealthMap?.get("pipeline:traces")).toBe(sick);
});

test("its health ends with the connection, as soon as the agent is known to live, and with the run", () => {
  for (const end of ["lost", "crash"] as const) {
    const { world, say, told, run } = healthy();
    say({ description, health });
    if (end === "lost") world.post({ on: "extension-lost", run: run() });
    else world.crash();
    world.pass(10_000);
    expect(told().health?.healthy, end).toBe(true);
    expect(told().health?.componentHealthMap, end).toBeUndefined();
  }
});

test("what an earlier run or a stranger says is not heard, and the loss of its connection changes nothing", () => {
  const { world, say, run } = healthy();
  say({ description, health });
  const before = world.state();
  say({ health: sick }, run() - 1);
  world.post({ on: "extension-connected", run: run() + 1 });
  world.post({ on: "extension-lost", run: run() - 1 });
  expect(world.state()).toBe(before);
  world.crash();
  const down = world.state();
  say({ description, health }, 1);
  expect(world.state()).toBe(down);
});

test("who it is refines what we know, but the instance id stays ours, also after its end", () => {
  const { world, say, told } = healthy();
  say({ description });
  const values = () =>
    new Map(
      [
        ...(told().agentDescription?.identifyingAttributes ?? []),
        ...(told().agentDescription?.nonIdentifyingAttributes ?? []),
      ].map(({ key, value }) => [key, value?.stringValue]),
    );
  expect(values().get("service.instance.id")).toBe(uid);
  expect(values().get("os.type")).toBe("linux");
  expect(values().get("host.name")).toBe("h");
  const before = told().agentDescription;
  world.crash();
  expect(told().agentDescription).toEqual(before);
});

test("a later description is told too", () => {
  const { say, told } = healthy();
  say({ description });
  const value = { stringValue: "changed" };
  say({ description: { nonIdentifyingAttributes: [{ key: "os.type", value }] } });
  expect(told().agentDescription?.nonIdentifyingAttributes).toContainEqual({
    key: "os.type",
    value,
  });
});

test("components are asked for when only an unknown hash came, and ours stand until then", () => {
  const { world, say, told } = healthy();
  world.forget();
  const ours = told().availableComponents;
  say({ description, components: { hash } });
  expect(world.trace).toEqual(["answer"]);
  expect(told().availableComponents).toEqual(ours);
  say({ components: listed });
  expect(told().availableComponents).toEqual(listed);
  world.forget();
  say({ components: { hash } });
  expect(world.trace).toEqual([]);
  expect(told().availableComponents).toEqual(listed);
});

test("after a gap in the numbers everything is asked for, once, unless it came with it", () => {
  const { world, say } = healthy();
  say({ description });
  world.forget();
  say({ sequenceNum: 7n, health });
  expect(world.trace).toEqual(["answer"]);
  say({ sequenceNum: 8n, health });
  say({ sequenceNum: 20n, description });
  expect(world.trace).toEqual(["answer"]);
});

test("messages that a newer one overtook are no gap, one that is missing among them is", () => {
  const { world, say } = healthy();
  say({ description });
  world.forget();
  say({ sequenceNum: 6n, overtaken: 5, health });
  expect(world.trace).toEqual([]);
  say({ sequenceNum: 9n, overtaken: 1, health });
  expect(world.trace).toEqual(["answer"]);
});

test("an answer holds our id and what is asked for", () => {
  const { world, run } = healthy();
  const state = world.state();
  const link = {
    run: run(),
    nextSequenceNum: 1n,
    greets: false,
    flags: ServerFlag.ReportFullState,
  };
  const step = extensionStep({ ...state, extension: { ...state.extension, link } });
  expect(step).toMatchObject({ do: "answer-extension", answer: { flags: 1n } });
  const answer = step?.do === "answer-extension" ? step.answer : {};
  expect(Buffer.from(answer.instanceUid ?? []).toString("hex")).toBe(uid.replaceAll("-", ""));
});

test("custom capabilities are told as long as the extension is there, and then that there are none", () => {
  const { world, say, told, run } = healthy();
  say({ description });
  expect(told().customCapabilities).toEqual({ capabilities: [layersCapability] });
  say({ capabilities: ["org.a"] });
  expect(told().customCapabilities).toEqual({ capabilities: ["org.a", layersCapability] });
  world.post({ on: "extension-lost", run: run() });
  expect(told().customCapabilities).toEqual({ capabilities: ["org.a", layersCapability] });
  world.pass(2_000);
  expect(told().customCapabilities).toEqual({ capabilities: [layersCapability] });
});

test("custom messages of the extension go to the server one after the other", () => {
  const { world, say } = healthy();
  world.forget();
  for (const type of ["a", "b", "c"]) say({ description, message: { capability: "org.a", type } });
  expect(world.trace).toEqual(["pass on a"]);
  world.pass(10);
  expect(world.trace).toEqual(["pass on a", "pass on b", "pass on c"]);
});

test("more custom messages than the queue holds are dropped, the newest first", () => {
  const { world, say } = healthy();
  for (let count = 0; count < 3 * longestQueue; count += 1) {
    say({ description, message: { type: String(count) } });
  }
  expect(world.state().extension.toServer).toHaveLength(longestQueue);
  world.forget();
  world.pass(100);
  expect(world.trace.at(-1)).toBe(`pass on ${longestQueue}`);
});

test("custom messages that are too large together are dropped, and later ones go on", () => {
  const { world, say } = healthy();
  const data = new Uint8Array(7 * 1024 * 1024);
  for (const type of ["a", "b", "c", "d"]) say({ description, message: { type, data } });
  world.pass(100);
  const passed = world.trace.filter((line) => line.startsWith("pass on"));
  expect(passed).toEqual(["pass on a", "pass on b", "pass on c"]);
  expect(world.state().extension.dropped).toBe(1);
  say({ description, message: { type: "e", data } });
  expect(world.trace.at(-1)).toBe("pass on e");
});

test("a custom message of the server reaches the extension that declared it, and no other", () => {
  const { world, say } = healthy();
  world.forget();
  const message = { capability: "org.a", type: "t" };
  world.post({ on: "server-messaged", message });
  expect(world.trace).toEqual([]);
  say({ description, capabilities: ["org.a"] });
  world.post({ on: "server-messaged", message });
  world.post({ on: "server-messaged", message: { capability: "org.b" } });
  expect(world.trace).toEqual(["answer"]);
  expect(world.state().extension.toExtension).toEqual([]);
});

test("what the server can is told to the extension, also to one that comes later", () => {
  const { world, run } = healthy();
  world.forget();
  world.post({ on: "server-declared", capabilities: ["org.s"] });
  expect(world.trace).toEqual(["answer"]);
  world.post({ on: "extension-connected", run: run() });
  expect(world.trace).toEqual(["answer", "answer"]);
  expect(world.state().extension.serverCapabilities).toEqual(["org.s"]);
});

test("a reload forgets the health of the components of the former configuration", () => {
  const start = withConfig(initialState(uid), { local: [baseLayer(configText("a"))] });
  const world = createWorld(start, {}, { reload: "auto" });
  world.pass(1_000);
  const run = running(world);
  world.post({ on: "extension-connected", run });
  world.post({ on: "extension-reported", run, said: { ...nothing, description, health } });
  world.post({ on: "config-offered", remote: remoteOf("b") });
  world.pass(5_000);
  expect(running(world)).toBe(run);
  expect(world.state().extension.health).toBeUndefined();
  expect(world.state().extension.link).toBeDefined();
});
