import { test, expect } from "vitest";
import { findRows } from "../../../../src/dev-server/page/words/row-filter.ts";
import { madeUpRow } from "../../../helpers/browser/made-up-agents.ts";

const rows = Array.from({ length: 200 }, (_, index) => madeUpRow(index, 0));

test("a query leaves those that it finds; one that is not understood leaves all and says why", () => {
  const failing = findRows(rows, "is:failing").rows;
  expect(failing.map(({ condition }) => condition)).toEqual(["failing", "failing", "failing"]);
  expect(findRows(rows, "  ").rows).toHaveLength(200);
  const wrong = findRows(rows, "is:nonsense");
  expect(wrong.rows).toHaveLength(200);
  expect(wrong.problem).toBeDefined();
});
