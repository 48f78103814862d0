import { expect, test } from "vitest";
import { countUnwritten } from "../../../src/dev-server/store/unwritten.ts";

test("an agent counts once however many of its rows there are", () => {
  const rows = [
    { kind: "agent", key: "1" },
    { kind: "seen", key: "1" },
    { kind: "wanted", key: "2" },
    { kind: "console-configuration", key: "edge" },
    { kind: "console-group", key: "edge" },
    { kind: "files", key: "00" },
  ];
  expect(countUnwritten(rows)).toEqual({ agents: 2, configurations: 1, others: 2 });
  expect(countUnwritten([])).toEqual({ agents: 0, configurations: 0, others: 0 });
});
