import { test, expect } from "vitest";
import type { Fact } from "../../../../src/supervisor/core/state/event.ts";
import {
  type ConnectionOffers,
  noConnectionOffers,
} from "../../../../src/supervisor/core/state/offers.ts";
import { initialState, type State } from "../../../../src/supervisor/core/state/state.ts";
import { uid } from "../../../helpers/core/core-samples.ts";
import { told as linesOf } from "../../../helpers/core/told.ts";
import { settingsOffer, opampOffer, connectionTo } from "../../../helpers/core/offers.ts";

const before = initialState(uid);
const withOffers = (changes: Partial<ConnectionOffers>): State => {
  return { ...before, connections: { ...noConnectionOffers, ...changes } };
};
const told = (after: State, fact: Fact): unknown => linesOf(before, after, { ...fact, at: 1 });

test("an offer is told by its parts and no value of them", () => {
  const offer = settingsOffer("x", {
    opamp: opampOffer({ headers: [["Authorization", "Bearer secret-value"]] }),
    telemetry: { metrics: connectionTo("https://secret-value") },
    others: [["otlp", { ...connectionTo("https://secret-value"), settings: [] }]],
  });
  const lines = told(withOffers({ last: { hash: "78", digest: "d" } }), {
    on: "settings-offered",
    offer,
  });
  expect(lines).toEqual([
    {
      level: "info",
      message: "connection settings received",
      fields: { hash: "78", parts: ["opamp", "own_metrics", "other_connections.otlp"] },
    },
  ]);
});

test("how it ends is told once", () => {
  const failed = withOffers({ status: { is: "failed", hash: "78", why: "no" } });
  expect(told(failed, { on: "ticked" })).toMatchObject([
    { level: "error", fields: { hash: "78", reason: "no" } },
  ]);
  const applied = withOffers({ status: { is: "applied", hash: "78" } });
  expect(told(applied, { on: "ticked" })).toMatchObject([{ level: "info" }]);
  expect(told(withOffers({}), { on: "ticked" })).toEqual([]);
});

test("another server is named without what may be secret in its address", () => {
  const endpoint = "wss://user:secret-value@other:1/v1?token=secret-value";
  const settings = {
    endpoint,
    headers: undefined,
    certificate: undefined,
    tls: undefined,
    proxy: undefined,
    heartbeatSeconds: undefined,
  };
  const lines = told(withOffers({ server: settings }), {
    on: "step-begun",
    step: { do: "use-server", settings },
  });
  expect(lines).toMatchObject([{ fields: { endpoint: "wss://other:1/v1" } }]);
});

test("a custom message that found no place is counted", () => {
  const after: State = { ...before, extension: { ...before.extension, dropped: 3 } };
  expect(told(after, { on: "ticked" })).toMatchObject([{ level: "warn", fields: { dropped: 3 } }]);
});
