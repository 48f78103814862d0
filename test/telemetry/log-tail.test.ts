import { writeFileSync, appendFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { type LogFollower, createFileOutput } from "../../src/agent/output/output.ts";
import { createLogTail } from "../../src/telemetry/log-tail.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/until.ts";

const mebibyte = 1024 * 1024;

interface Rig {
  readonly path: string;
  readonly follower: LogFollower;
  readonly text: () => string;
  readonly ends: () => number;
  readonly skipped: () => number;
  readonly stop: () => Promise<void>;
}

/** A tail that keeps what it is told. */
function rig(): Rig {
  let [text, ends, skipped] = ["", 0, 0];
  const tail = createLogTail({
    take: (bytes) => void (text += String(bytes)),
    ended: () => {
      ends += 1;
      text += "|";
    },
    skipped: (bytes) => void (skipped += bytes),
  });
  onTestFinished(() => tail.stop());
  return {
    path: join(temporaryFolder(), "agent.log"),
    follower: tail,
    text: () => text,
    ends: () => ends,
    skipped: () => skipped,
    stop: tail.stop,
  };
}

const rotation = { maxBytes: mebibyte, maxFiles: 3 };

test("a run is read from its beginning on, as it writes", async () => {
  const { path, follower, text } = rig();
  writeFileSync(path, "of an earlier run\n");
  const output = createFileOutput(path, rotation, follower);
  output.open().started(undefined);
  appendFileSync(path, "one\n");
  await until(() => text() === "one\n");
  appendFileSync(path, "two\n");
  await until(() => text() === "one\ntwo\n");
});

test("the last words of a run come before those of the next, in the same file", async () => {
  const { path, follower, text } = rig();
  const output = createFileOutput(path, rotation, follower);
  const run = output.open();
  run.started(undefined);
  appendFileSync(path, "panic: x\n");
  await run.drained();
  output.open().started(undefined);
  appendFileSync(path, "next run\n");
  await until(() => text() === "panic: x\n|next run\n");
});

test("a file that is renamed at a new start is read to its end first", async () => {
  const { path, follower, text } = rig();
  writeFileSync(path, "x".repeat(mebibyte + 1));
  const output = createFileOutput(path, rotation, follower);
  // The first start sets the large file aside.
  const run = output.open();
  run.started(undefined);
  const large = `${"y".repeat(mebibyte)}\n`;
  appendFileSync(path, large);
  output.open().started(undefined);
  appendFileSync(path, "after\n");
  await until(() => text().endsWith("after\n"));
  expect(text() === `${large}|after\n`).toBe(true);
});

test("nothing is lost and nothing comes twice when the log is copied and emptied", async () => {
  const { path, follower, text, skipped } = rig();
  const output = createFileOutput(path, rotation, follower);
  output.open().started(undefined);
  let [written, number, setAside] = ["", 0, 0];
  const write = (): void => {
    const lines = Array.from({ length: 2_000 }, () => `line ${number++} ${"x".repeat(50)}\n`);
    written += lines.join("");
    appendFileSync(path, lines.join(""));
  };
  for (let round = 0; round < 30; round += 1) {
    write();
    const look = output.look();
    write();
    if ((await look).is === "set-aside") setAside += 1;
  }
  expect(setAside).toBeGreaterThan(2);
  await until(() => text().length === written.length);
  expect(text() === written).toBe(true);
  expect(skipped()).toBe(0);
});

test("a log that somebody else has emptied is read on from its beginning", async () => {
  const { path, follower, text } = rig();
  const output = createFileOutput(path, rotation, follower);
  output.open().started(undefined);
  appendFileSync(path, "a long line before\n");
  await until(() => text() === "a long line before\n");
  truncateSync(path);
  appendFileSync(path, "after\n");
  await until(() => text() === "a long line before\nafter\n");
});

test("who is far behind goes on near the end and says what was passed over", async () => {
  const { path, follower, text, skipped } = rig();
  const output = createFileOutput(path, { maxBytes: 100 * mebibyte, maxFiles: 3 }, follower);
  output.open().started(undefined);
  appendFileSync(path, "x".repeat(6 * mebibyte));
  appendFileSync(path, "last words\n");
  await until(() => text().endsWith("last words\n"));
  expect(skipped() + text().length).toBe(6 * mebibyte + 11);
  expect(skipped()).toBeGreaterThan(1);
});

test("at the end what is there is read", async () => {
  const { path, follower, text, ends, stop } = rig();
  const output = createFileOutput(path, rotation, follower);
  output.open().started(undefined);
  appendFileSync(path, "one\n");
  await stop();
  expect(text()).toBe("one\n|");
  expect(ends()).toBe(1);
});

test("a part that cannot be read to its end does not keep the next run from being read", async () => {
  let [text, ends] = ["", 0];
  const tail = createLogTail({
    take: (bytes) => {
      if (String(bytes).startsWith("bad")) throw new Error("as a read that fails");
      text += String(bytes);
    },
    ended: () => void (ends += 1),
    skipped: () => undefined,
  });
  onTestFinished(() => tail.stop());
  const [one, two] = ["one.log", "two.log"].map((name) => join(temporaryFolder(), name));
  writeFileSync(one ?? "", "bad\n");
  tail.began(one ?? "", 0);
  tail.ended();
  await until(() => ends === 1);
  writeFileSync(two ?? "", "good\n");
  tail.began(two ?? "", 0);
  await until(() => text === "good\n");
});
