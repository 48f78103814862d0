import { test, expect } from "vitest";
import { newWatch } from "../../../src/supervisor/core/data-flow/watch.ts";
import { plan } from "../../../src/supervisor/core/plan.ts";
import type { UpAgent } from "../../../src/supervisor/core/state/agent.ts";
import type { CoreSettings } from "../../../src/supervisor/core/state/core-settings.ts";
import {
  type State,
  withAgent,
  initialState,
  withConfig,
} from "../../../src/supervisor/core/state/state.ts";
import type { Step } from "../../../src/supervisor/core/state/step.ts";
import { begun } from "../../../src/supervisor/core/step-begun.ts";
import { policy, uid } from "../../helpers/core/core-samples.ts";
import { runningWorld, second } from "../../helpers/core/running-world.ts";

const world = runningWorld();
const up = world.state();
const at = world.now();
const generation = up.config.target!;
const next = { ...generation, number: 2 };
const settings = {
  endpoint: second,
  headers: undefined,
  certificate: undefined,
  tls: undefined,
  proxy: undefined,
  heartbeatSeconds: undefined,
};
const wishes = { commonName: "name", renewBeforeMs: 1, retryMs: 1, unnamedAfterMs: 1 };
const asks: CoreSettings = { ...policy, certificate: wishes };
const reloads: CoreSettings = { ...policy, reload: "auto" };
const message = { capability: "x", type: "y", data: new Uint8Array() };

function withOffers(changes: Partial<State["connections"]>): State {
  return { ...up, connections: { ...up.connections, ...changes } };
}

function withExtension(changes: Partial<State["extension"]>): State {
  return { ...up, extension: { ...up.extension, ...changes } };
}

function withProcess(changes: Partial<UpAgent>): State {
  return withAgent(up, { process: { ...(up.agent.process as UpAgent), ...changes } });
}

test.each<readonly [Step["do"], State, CoreSettings]>([
  ["identify-agent", initialState(uid), policy],
  [
    "validate-config",
    withConfig(up, { candidate: { ...next, at: "new", validationMs: 0 } }),
    policy,
  ],
  [
    "write-config",
    withConfig(up, { candidate: { ...next, at: "valid", validationMs: 0 } }),
    policy,
  ],
  ["start-agent", withAgent(up, { process: { at: "down", since: at } }), policy],
  ["reload-agent", withConfig(up, { target: next, onDisk: 2 }), reloads],
  ["signal-agent", withConfig(up, { target: next, onDisk: 2 }), policy],
  [
    "probe-agent",
    withProcess({ probe: { asked: false, dueAt: at, complaint: undefined } }),
    policy,
  ],
  ["read-metrics", { ...up, dataFlow: newWatch(policy) }, policy],
  ["look-at-log", { ...up, log: { asked: false, dueAt: at, problem: undefined } }, policy],
  [
    "answer-extension",
    withExtension({ link: { run: 1, nextSequenceNum: undefined, greets: true, flags: 0n } }),
    policy,
  ],
  ["send-to-server", withExtension({ toServer: [message] }), policy],
  ["prove-server", withOffers({ candidate: { settings, proving: false } }), policy],
  ["stop-proving", withOffers({ proving: settings }), policy],
  ["use-server", withOffers({ server: settings }), policy],
  ["make-certificate-request", withOffers({ serverBits: 0xffffn }), asks],
  [
    "send-certificate-request",
    withOffers({
      serverBits: 0xffffn,
      request: { at: "waiting", csr: "request", key: "key", sent: false },
    }),
    asks,
  ],
])("%s is asked for once", (name, state, core) => {
  const { step } = plan(state, at, core);
  expect(step?.do).toBe(name);
  expect(plan(begun(state, step!, at, core), at, core).step).toBeUndefined();
});

test("a validation that begins for a candidate which has given way changes nothing", () => {
  expect(begun(up, { do: "validate-config", generation: next }, at, policy)).toBe(up);
});
