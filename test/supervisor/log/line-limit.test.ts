import { test, expect } from "vitest";
import {
  type LimitedLines,
  type Withheld,
  limitLines,
} from "../../../src/supervisor/log/line-limit.ts";
import { until } from "../../helpers/until.ts";

function rig(perSecond: number): {
  readonly limited: LimitedLines;
  readonly passed: () => string;
  readonly told: readonly Withheld[];
} {
  let passed = "";
  const told: Withheld[] = [];
  const sink = {
    lines: (text: string) => void (passed += text),
    cutLine: (beginning: string) => void (passed += `${beginning}…\n`),
  };
  const limited = limitLines(sink, perSecond, (withheld) => void told.push(withheld));
  return { limited, passed: () => passed, told };
}

const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `${from + index}\n`).join("");

test("as many lines as are allowed pass as they are", () => {
  const { limited, passed, told } = rig(10);
  limited.lines(numbered(0, 4));
  limited.lines(numbered(4, 10));
  expect(passed()).toBe(numbered(0, 10));
  limited.ended();
  expect(told).toEqual([]);
});

test("of more lines the first ones pass, and the others are counted and told once", async () => {
  const { limited, passed, told } = rig(5);
  limited.lines(numbered(0, 3));
  limited.lines(numbered(3, 100));
  limited.lines(numbered(100, 1_000));
  expect(passed()).toBe(numbered(0, 5));
  await until(() => told.length > 0);
  expect(told).toEqual([{ lines: 995, bytes: 0 }]);
  limited.lines(numbered(0, 2));
  expect(passed()).toBe(`${numbered(0, 5)}${numbered(0, 2)}`);
});

test("the last lines of a run pass, however many came before", () => {
  const { limited, passed, told } = rig(2);
  limited.lines(numbered(0, 100_000));
  limited.lines("panic: out of luck\ngoroutine 1\n");
  limited.ended();
  expect(passed().startsWith("0\n1\n")).toBe(true);
  expect(passed().endsWith("99999\npanic: out of luck\ngoroutine 1\n")).toBe(true);
  const count = passed().split("\n").length - 1;
  expect(told).toEqual([{ lines: 100_002 - count, bytes: 0 }]);
  expect(count).toBeLessThan(15_000);
});

test("a line that is too long counts as one, and bytes that were not read are told", () => {
  const { limited, passed, told } = rig(1);
  limited.cutLine("long", 5);
  limited.cutLine("longer", 7);
  limited.skipped(1_000);
  expect(passed()).toBe("long…\n");
  limited.ended();
  expect(passed()).toBe("long…\nlonger\n");
  expect(told).toEqual([{ lines: 0, bytes: 1_000 }]);
});
