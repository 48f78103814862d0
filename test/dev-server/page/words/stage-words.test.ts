import { test, expect } from "vitest";
import { stagesIn, stagesText } from "../../../../src/dev-server/page/words/stage-words.ts";

test.each([
  ["10, 50, 100", [10, 50, 100]],
  ["10 % → 50 % → 100 %", [10, 50, 100]],
  ["100", [100]],
  ["1 2.5 100", [1, 2.5, 100]],
])("%j are stages", (text, stages) => {
  expect(stagesIn(text)).toEqual(stages);
});

test.each(["", "50", "50, 10, 100", "0, 100", "-1, 100", "a, 100", "10, 110", "10, 10, 100"])(
  "%j are none",
  (text) => {
    expect(stagesIn(text)).toMatch("expected shares");
  },
);

test("stages are said as they come", () => {
  expect(stagesText([10, 100])).toBe("10 % → 100 %");
  expect(stagesText([100])).toBe("all at once");
});
