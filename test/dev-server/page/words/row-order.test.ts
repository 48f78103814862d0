import { test, expect } from "vitest";
import { inOrder, usualOrder } from "../../../../src/dev-server/page/words/row-order.ts";
import type { AgentRow } from "../../../../src/dev-server/shapes/api-shapes.ts";
import { madeUpRow } from "../../../helpers/browser/made-up-agents.ts";

const rows: readonly AgentRow[] = Array.from({ length: 200 }, (_, index) => madeUpRow(index, 0));

test("what needs attention comes first, and those who are well and in sync last", () => {
  const ordered = inOrder(rows, usualOrder);
  const conditions = ordered.map(({ condition }) => condition);
  expect(conditions.slice(0, 3)).toEqual(["failing", "failing", "failing"]);
  expect(ordered.at(-1)?.condition).toBe("healthy");
  const drifted = ordered.findLastIndex(({ configState }) => configState === "drifted");
  const well = ordered.findIndex(
    ({ condition, configState }) => condition === "healthy" && configState === "in-sync",
  );
  expect(drifted).toBeLessThan(well);
});

test("numbers in names are counted, not spelled, and turning round keeps equal ones in place", () => {
  const byHost = inOrder(rows, { by: "hostName", up: true }).map(({ hostName }) => hostName);
  expect(byHost.indexOf("web-9")).toBeLessThan(byHost.indexOf("web-13"));
  const byName = inOrder(rows, { by: "name", up: false }).map(({ hostName }) => hostName);
  expect(byName).toEqual(byHost);
});
