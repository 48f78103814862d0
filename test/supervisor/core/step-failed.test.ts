import { test, expect } from "vitest";
import { initialState, withConfig } from "../../../src/supervisor/core/state/state.ts";
import type { Step } from "../../../src/supervisor/core/state/step.ts";
import { stepFailed } from "../../../src/supervisor/core/step-failed.ts";
import { remoteOf, uid, baseLayer, configText, policy } from "../../helpers/core/core-samples.ts";
import { runningWorld } from "../../helpers/core/running-world.ts";
import { createWorld } from "../../helpers/core/world.ts";

test("a full disk fails the offer, leaves the agent alone, and does not stick to the offer", () => {
  const world = runningWorld();
  world.behave.writeFails = true;
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(100);
  expect(world.state().config.verdict).toMatchObject({ is: "failed" });
  expect(world.trace).toEqual(["validate 2", "write 2"]);
  world.behave.writeFails = false;
  world.pass(10_000);
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(world.state().config.verdict.is).toBe("applied");
});

test("a binary that cannot be asked is asked again, and an offer waits for it", () => {
  const world = createWorld(initialState(uid), { identifyFails: true });
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(11_000);
  expect(world.trace).toEqual(["identify", "identify", "identify"]);
  world.behave.identifyFails = false;
  world.pass(6_000);
  expect(world.state().config.verdict).toEqual({ is: "applied", hash: remoteOf("one").hash });
});

test("a local configuration that finds no room on the disk is written as soon as there is some", () => {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
    {
      writeFails: true,
    },
  );
  world.pass(12_000);
  expect(world.running()).toEqual([]);
  world.behave.writeFails = false;
  world.pass(6_000);
  expect(world.state().agent.process.at).toBe("up");
});

const running = runningWorld().state();

test.each<Step>([
  { do: "start-agent", run: 1, generation: running.config.target! },
  { do: "read-metrics", run: 1, url: "http://localhost:8888/metrics" },
  { do: "stop-proving" },
  { do: "use-server", settings: undefined },
  { do: "send-certificate-request", csr: "request" },
])("the failure of $do is no news: an exit or an answer tells its outcome", (step) => {
  const event = { on: "step-failed", step, why: "x", at: 2_000_000 } as const;
  expect(stepFailed(running, event, policy)).toBe(running);
});

test("the binary is asked again after the wait, not before", () => {
  const state = initialState(uid);
  const event = { on: "step-failed", step: { do: "identify-agent" }, why: "x", at: 7 } as const;
  const { identity } = stepFailed(state, event, policy);
  expect(identity).toMatchObject({ asking: false, problem: "x", notBefore: 7 + policy.retryMs });
});
