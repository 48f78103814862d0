import { test, expect } from "vitest";
import { sharing } from "../../../src/supervisor/credentials/single-flight.ts";

test("whoever asks while it is under way gets the same answer, later another one", async () => {
  let count = 0;
  const ask = sharing(() => Promise.resolve((count += 1)));
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  expect(await ask()).toBe(2);
});

test("a failure is shared, and not kept", async () => {
  let count = 0;
  const ask = sharing(() => {
    count += 1;
    return count === 1 ? Promise.reject(new Error("no")) : Promise.resolve(count);
  });
  const both = await Promise.allSettled([ask(), ask()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await ask()).toBe(2);
});
