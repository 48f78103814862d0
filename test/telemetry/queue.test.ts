import { test, expect } from "vitest";
import { createQueue } from "../../src/telemetry/queue.ts";

const items = (batch: readonly { readonly item: number }[]) => batch.map(({ item }) => item);

test("the oldest items go when there are too many", () => {
  const queue = createQueue<number>({ maxItems: 3, maxBytes: 1000 });
  expect([1, 2, 3, 4, 5].map((item) => queue.add(item, 1))).toEqual([0, 0, 0, 1, 1]);
  expect(items(queue.take(10, 1000))).toEqual([3, 4, 5]);
  expect(queue.size()).toBe(0);
});

test("the oldest items go when they are too large together, even all of them", () => {
  const queue = createQueue<number>({ maxItems: 100, maxBytes: 10 });
  queue.add(1, 6);
  expect(queue.add(2, 6)).toBe(1);
  expect(queue.add(3, 11)).toBe(2);
  expect(queue.size()).toBe(0);
});

test("a batch is bounded in number and size, but has at least one item", () => {
  const queue = createQueue<number>({ maxItems: 100, maxBytes: 1000 });
  for (const item of [1, 2, 3, 4]) queue.add(item, item === 4 ? 500 : 10);
  expect(items(queue.take(2, 1000))).toEqual([1, 2]);
  expect(items(queue.take(5, 100))).toEqual([3]);
  expect(items(queue.take(5, 100))).toEqual([4]);
});

test("what is put back is first again, and the oldest to go", () => {
  const queue = createQueue<number>({ maxItems: 3, maxBytes: 1000 });
  for (const item of [1, 2]) queue.add(item, 1);
  const batch = queue.take(2, 1000);
  for (const item of [3, 4]) queue.add(item, 1);
  expect(queue.putBack(batch)).toBe(1);
  expect(items(queue.take(5, 1000))).toEqual([2, 3, 4]);
});
