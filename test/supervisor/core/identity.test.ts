import { test, expect } from "vitest";
import {
  assigned,
  heldIdDueAt,
  heldIdStep,
  idTaken,
  withoutHeldId,
  reached,
  identified,
  supervisorStarted,
} from "../../../src/supervisor/core/identity.ts";
import { withConfig, initialState } from "../../../src/supervisor/core/state/state.ts";
import { baseLayer, configText, uid, policy, binary } from "../../helpers/core/core-samples.ts";
import { runningWorld, second } from "../../helpers/core/running-world.ts";
import { createWorld } from "../../helpers/core/world.ts";
import { description, healthyWithExtension } from "../../helpers/core/extension-world.ts";
import { factsInForce } from "../../../src/supervisor/core/config/binary.ts";

test("an instance id from the server is taken over by the configuration that runs", () => {
  const world = runningWorld();
  const uid2 = "01900000-0000-7000-8000-000000000002";
  world.post({ on: "identity-assigned", uid: uid2 });
  world.pass(1_000);
  expect(world.state().config.target?.config.text).toContain(uid2);
  expect(world.trace).toEqual(["validate 2", "write 2", "stop", "start 2"]);
});

test("fallback files run instead of the local ones until a server is reached, and never again", () => {
  const local = [
    baseLayer(configText("base")),
    { name: "fallback.yaml", text: configText("fallback"), place: "fallback" as const },
  ];
  const world = createWorld(withConfig(initialState(uid), { local, fallback: true }));
  world.pass(1_000);
  expect(world.state().config.target?.config.text).toContain("nop/fallback");
  expect(world.state().config.target?.config.text).not.toContain("nop/base");
  world.post({ on: "server-reached" });
  world.pass(1_000);
  expect(world.state().config.target?.config.text).toContain("nop/base");
  expect(world.state().config.target?.config.text).not.toContain("nop/fallback");
  const settled = world.state();
  world.post({ on: "server-reached" });
  expect(world.state()).toBe(settled);
});

test("the instance id that we have already changes nothing", () => {
  const world = runningWorld();
  expect(assigned(world.state(), { on: "identity-assigned", uid, at: world.now() }, policy)).toBe(
    world.state(),
  );
});

test("a server that is reached changes nothing where no fallback stands in", () => {
  const world = runningWorld();
  expect(reached(world.state(), world.now(), policy)).toBe(world.state());
});

test("a binary that has answered is not asked again, and its configuration is made at once", () => {
  const state = initialState(uid);
  const asked = {
    ...state,
    identity: { ...state.identity, asking: true, problem: "no such file" },
  };
  const { identity, config } = identified(asked, binary, 1_000, policy);
  expect(identity).toMatchObject({ binary, asking: false, problem: undefined });
  expect(config.candidate).toMatchObject({ number: 1, config: { parked: true } });
});

test("a run of a file that was put in the place of the binary is told as what that file says", () => {
  const { world, told } = healthyWithExtension(false);
  const version = (): string | undefined =>
    told().agentDescription?.identifyingAttributes?.find(({ key }) => key === "service.version")
      ?.value?.stringValue;
  expect(version()).toBe(binary.version);
  world.post({ on: "binary-replaced" });
  world.behave.facts = { ...binary, version: "9.9.9" };
  world.pass(1_000);
  expect(version(), "what runs is still the old one").toBe(binary.version);
  world.crash();
  world.pass(10_000);
  expect(world.running()).toHaveLength(1);
  expect(version()).toBe("9.9.9");
});

test("what the extension of that run has said before its file answered stays said", () => {
  const { world, run, say, told } = healthyWithExtension();
  say({ description });
  world.post({ on: "binary-replaced" });
  world.crash();
  world.pass(1);
  const texts = (): readonly (string | undefined)[] =>
    (told().agentDescription?.nonIdentifyingAttributes ?? []).map(
      ({ value }) => value?.stringValue,
    );
  world.post({ on: "extension-connected", run: run() });
  say({ description });
  world.behave.facts = { ...binary, version: "9.9.9" };
  world.post({ on: "agent-identified", facts: world.behave.facts });
  expect(factsInForce(world.state())?.version).toBe("9.9.9");
  expect(texts()).toContain("linux");
});

test("what the extension of the run before has said is not told of another file", () => {
  const { world, run, say, told } = healthyWithExtension();
  say({ description });
  world.post({ on: "binary-replaced" });
  world.behave.facts = { ...binary, version: "9.9.9" };
  world.crash();
  world.pass(1);
  world.post({ on: "extension-connected", run: run() });
  world.post({ on: "agent-identified", facts: world.behave.facts });
  expect(JSON.stringify(told().agentDescription)).not.toContain("linux");
});

test("a run that began before the binary was replaced again is not told as the newest file", () => {
  const world = runningWorld();
  world.post({ on: "binary-replaced" });
  world.behave.facts = { ...binary, version: "9.9.9" };
  world.crash();
  world.pass(1);
  world.post({ on: "binary-replaced" });
  const before = factsInForce(world.state());
  world.post({ on: "agent-identified", facts: { ...binary, version: "9.9.10" } });
  expect(factsInForce(world.state())).toEqual(before);
});

test("no agent is started before the start of the supervisor is told", () => {
  const state = initialState(uid);
  expect(state.agent.begun).toBe(false);
  expect(supervisorStarted(state, 1_000, policy).agent.begun).toBe(true);
});

const settings = {
  endpoint: second,
  headers: undefined,
  certificate: undefined,
  tls: undefined,
  proxy: undefined,
  heartbeatSeconds: undefined,
};

test("an id that comes to a connection which is being proved counts for another server alone", () => {
  const world = runningWorld();
  const given = { on: "identity-assigned", uid: uid.replace(/1$/, "2"), at: world.now() } as const;
  const beside = { ...given, whileProving: true };
  const former = { settings: undefined, until: Infinity, lostSince: undefined, why: "" };
  const { connections, ...rest } = world.state();
  const same = { ...rest, connections: { ...connections, former } };
  expect(assigned(same, beside, policy)).toBe(same);
  expect(assigned(same, given, policy).identity.uid).toBe(given.uid);
  const other = { ...same, connections: { ...same.connections, server: settings } };
  expect(assigned(other, beside, policy).identity.uid).toBe(given.uid);
});

test("of a thousand new ids a few are taken, and the newest in the end", () => {
  const world = runningWorld();
  const idOf = (index: number): string =>
    `01900000-0000-7000-8000-${String(index).padStart(12, "0")}`;
  for (let index = 11; index <= 1_000; index += 1) {
    world.post({ on: "identity-assigned", uid: idOf(index) });
    world.pass(5);
  }
  expect(world.state().identity).toMatchObject({ uid: idOf(15), heldUid: idOf(1_000) });
  const at = world.now();
  expect(heldIdStep(world.state(), at)).toBeUndefined();
  expect(heldIdStep(world.state(), heldIdDueAt(world.state()))).toEqual({
    ...{ do: "take-id", uid: idOf(1_000) },
  });
  world.pass(20_000);
  expect(world.state().identity).toMatchObject({ uid: idOf(1_000), heldUid: undefined });
  expect(world.trace.filter((line) => line.startsWith("start")).length).toBeLessThanOrEqual(6);
});

test("the id that we have ends the wait of another one", () => {
  const world = runningWorld();
  const ids = ["2", "3", "4", "5", "6", "7"].map((last) => `${uid.slice(0, -1)}${last}`);
  for (const id of ids) world.post({ on: "identity-assigned", uid: id });
  const sixth = world.state();
  expect(sixth.identity.heldUid).toBe(ids[5]);
  expect(withoutHeldId(sixth).identity.heldUid).toBeUndefined();
  expect(idTaken(sixth, ids[5] ?? "", world.now(), policy).identity.uid).toBe(ids[5]);
  world.post({ on: "identity-assigned", uid: ids[4] ?? "" });
  expect(world.state().identity).toMatchObject({ uid: ids[4], heldUid: undefined });
});
