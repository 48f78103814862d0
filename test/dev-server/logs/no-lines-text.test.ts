import { expect, test } from "vitest";
import { noLinesText } from "../../../src/dev-server/logs/no-lines-text.ts";
import type { AgentLogs } from "../../../src/dev-server/shapes/log-shapes.ts";

const silent: AgentLogs = {
  lines: [],
  dropped: 0,
  destination: "unsaid",
  offerState: "waiting",
  errorMessage: "",
  why: undefined,
  unknownLines: 0,
};

test.each<[Partial<AgentLogs>, string]>([
  [{}, "No log lines are sent here."],
  [{ why: "It cannot." }, "It cannot."],
  [{ destination: "elsewhere" }, "to another place"],
  [{ destination: "nowhere" }, "No log lines are sent here."],
  [{ destination: "here" }, "has not answered yet"],
  [{ destination: "here", offerState: "applied" }, "none has come yet"],
  [{ destination: "here", offerState: "failed", errorMessage: "no TLS" }, "refused: no TLS"],
])("%o is said plainly", (logs, text) => {
  expect(noLinesText({ ...silent, ...logs })).toContain(text);
});
