import { test, expect } from "vitest";
import { offersNothing, noConnections } from "../../src/agent-config/connections.ts";

const plain = { headers: [], certificate: undefined, tls: undefined, proxy: undefined };

test("nothing is offered where there is nothing, in memory as from the journal", () => {
  expect(offersNothing(noConnections)).toBe(true);
  expect(offersNothing(JSON.parse(JSON.stringify(noConnections)) as never)).toBe(true);
  const traces = { endpoint: "", ...plain };
  expect(offersNothing({ telemetry: { traces }, others: [] })).toBe(false);
  const other = { endpoint: "", ...plain, settings: [] };
  expect(offersNothing({ telemetry: {}, others: [["a", other]] })).toBe(false);
});
