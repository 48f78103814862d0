import { test, expect } from "vitest";
import { makeCertificate } from "../../../../src/dev-server/connections/self-signed.ts";
import { ServerCapability } from "../../../../src/opamp-client/wire/messages.ts";
import {
  certificateDueAt,
  certificateStep,
} from "../../../../src/supervisor/core/connections/certificate-renewal.ts";
import type { CertificateWishes } from "../../../../src/supervisor/core/state/core-settings.ts";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import { uid, baseLayer, configText } from "../../../helpers/core/core-samples.ts";
import { settingsOffer, opampOffer } from "../../../helpers/core/offers.ts";
import { type World, createWorld } from "../../../helpers/core/world.ts";

const bits = 0x7n | ServerCapability.AcceptsConnectionSettingsRequest;
const dayMs = 86_400_000;

const wishes = {
  commonName: undefined,
  renewBeforeMs: 30 * dayMs,
  unnamedAfterMs: 1_000,
  retryMs: 3_600_000,
};

function runningWorld(changes: Partial<CertificateWishes> = {}): World {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
    {},
    { certificate: { ...wishes, ...changes } },
  );
  world.pass(1_000);
  world.forget();
  return world;
}

const asked = [`make a request for ${uid}`, "send the request"];

/** The certificate for the key that the world pretends to have made. */
function answer(world: World, validFrom: number): void {
  const { cert, key } = makeCertificate(validFrom + dayMs);
  const { request } = world.state().connections;
  if (request.at !== "waiting") throw new Error("nothing was asked for");
  world.post({
    on: "settings-offered",
    offer: settingsOffer(`at ${validFrom}`, { opamp: opampOffer({ certificate: { cert, key } }) }),
  });
}

test("C-172 C-173 a certificate is asked for as soon as the server says that it takes requests", () => {
  const world = runningWorld();
  world.pass(60_000);
  world.forget();
  world.post({ on: "server-capable", bits: 0x7n });
  world.pass(1_000);
  expect(world.trace).toEqual([]);
  world.post({ on: "server-capable", bits });
  world.pass(1_000);
  expect(world.trace).toEqual(asked);
});

test("a server that names no capabilities is asked too, once it had time to name them", () => {
  const world = runningWorld();
  world.post({ on: "server-reached" });
  world.pass(900);
  expect(world.trace).toEqual([]);
  world.pass(200);
  expect(world.trace).toEqual(asked);
  const late = runningWorld();
  late.post({ on: "server-reached" });
  late.pass(500);
  late.post({ on: "server-capable", bits: 0x7n });
  late.pass(60_000);
  expect(late.trace).toEqual([]);
});

test("without the wish none is asked for", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.post({ on: "server-capable", bits });
  world.pass(60_000);
  expect(world.trace).not.toContain("send the request");
});

test("the same request is sent again on the next connection, with the same key", () => {
  const world = runningWorld();
  world.post({ on: "server-capable", bits });
  world.pass(1_000);
  const { request } = world.state().connections;
  world.forget();
  world.post({ on: "server-lost", why: "broke" });
  world.pass(1_000);
  expect(world.trace).toEqual([]);
  world.post({ on: "server-capable", bits });
  world.pass(1_000);
  expect(world.trace).toEqual(["send the request"]);
  expect(world.state().connections.request).toEqual(request);
});

test("C-176 a refusal is followed by another request an hour later, and no sooner", () => {
  const world = runningWorld();
  world.post({ on: "server-capable", bits });
  world.pass(1_000);
  world.post({ on: "server-complained", why: "bad request" });
  world.forget();
  world.pass(3_500_000);
  expect(world.trace.filter((step) => step !== "look")).toEqual([]);
  world.pass(200_000);
  expect(world.trace.filter((step) => step !== "look")).toEqual(asked);
});

test("C-175 C-177 the answer is an offer like any other, and is renewed before it runs out", () => {
  const world = runningWorld();
  world.post({ on: "server-capable", bits });
  world.pass(1_000);
  answer(world, world.now());
  world.pass(1_000);
  expect(world.trace).toEqual([...asked, "prove the same", "use the written"]);
  world.post({ on: "server-capable", bits });
  const { unixMs: expiresAt = 0 } = world.state().connections.server?.certificate?.expiresAt ?? {};
  const state = world.state();
  expect(certificateDueAt(state, wishes)).toBe(expiresAt - 30 * dayMs);
  expect(certificateStep(state, expiresAt - 30 * dayMs - 1, wishes)).toBeUndefined();
  expect(certificateStep(state, expiresAt - 30 * dayMs, wishes)).toMatchObject({
    do: "make-certificate-request",
  });
  // Half of its life is the earliest.
  const long = { ...wishes, renewBeforeMs: 1_000 * dayMs };
  expect(certificateDueAt(state, long)).toBe(expiresAt - 182.5 * dayMs);
});

test("C-179 another instance id takes another certificate, where the name in it is the id", () => {
  const world = runningWorld();
  world.post({ on: "server-capable", bits });
  world.pass(1_000);
  answer(world, world.now());
  world.pass(1_000);
  world.post({ on: "server-capable", bits });
  world.forget();
  const other = uid.replace(/1$/, "2");
  world.post({ on: "identity-assigned", uid: other });
  world.pass(1_000);
  expect(world.trace).toContain(`make a request for ${other}`);
});

test("C-179 a request in the former name is followed by one in the new, when no certificate came yet", () => {
  const world = runningWorld();
  world.post({ on: "server-capable", bits });
  world.pass(1_000);
  world.forget();
  const other = uid.replace(/1$/, "2");
  world.post({ on: "identity-assigned", uid: other });
  world.pass(1_000);
  expect(world.trace.filter((step) => step.includes("request"))).toEqual([
    `make a request for ${other}`,
    "send the request",
  ]);
});

test("C-179 a request that was being made when the id changed is not sent", () => {
  const world = runningWorld();
  world.post({ on: "server-capable", bits });
  const other = uid.replace(/1$/, "2");
  world.post({ on: "identity-assigned", uid: other });
  world.pass(1_000);
  expect(world.trace.filter((step) => step.includes("request"))).toEqual([
    `make a request for ${uid}`,
    `make a request for ${other}`,
    "send the request",
  ]);
});

test("C-178 the name in the certificate can be chosen, and a new id is no reason for a new one", () => {
  const world = runningWorld({ commonName: "Agent" });
  world.post({ on: "server-capable", bits });
  world.pass(1_000);
  expect(world.trace).toEqual(["make a request for Agent", "send the request"]);
});

test("a certificate is renewed by its date, also where the clock was set or the machine has slept", () => {
  const world = runningWorld();
  world.post({ on: "server-capable", bits });
  world.pass(1_000);
  answer(world, world.now());
  world.pass(1_000);
  world.post({ on: "server-capable", bits });
  world.forget();
  const asks = (): readonly string[] => world.trace.filter((step) => step.startsWith("make"));
  world.setClock(-1_000 * dayMs);
  world.pass(600_000);
  expect(asks()).toEqual([]);
  world.setClock(1_000 * dayMs + 300 * dayMs);
  world.pass(600_000);
  expect(asks()).toEqual([]);
  world.setClock(40 * dayMs);
  world.pass(600_000);
  expect(asks()).toHaveLength(1);
});
