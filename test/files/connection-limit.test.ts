import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { connectionLimit, holdAtMost } from "../../src/files/connection-limit.ts";

const limited = (files: number | string): string =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax processes             100                  100                  processes\nMax open files            ${files}                 ${files}                 files\n`;

test("a server holds what it wishes, and never so much that nothing is left for the agent", () => {
  expect(connectionLimit(100, limited(1024))).toBe(100);
  expect(connectionLimit(100, limited(60))).toBe(15);
  expect(connectionLimit(8, limited(60))).toBe(8);
  expect(connectionLimit(100, limited(4))).toBe(2);
});

test("without a limit, or where none is told, the wish counts", () => {
  expect(connectionLimit(100, limited("unlimited"))).toBe(100);
  expect(connectionLimit(100, "")).toBe(100);
  expect(connectionLimit(1)).toBe(2);
});

test("for one connection more the oldest goes, but none that is exempt", async () => {
  const server = createServer((socket) => socket.on("error", () => undefined));
  const exempt = holdAtMost(server, 2);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const come = async (): Promise<{ readonly ours: Socket; readonly theirs: Socket }> => {
    const theirs = connect(port, "127.0.0.1").on("error", () => undefined);
    onTestFinished(() => void theirs.destroy());
    const [ours] = (await once(server, "connection")) as [Socket];
    return { ours, theirs };
  };
  const agent = await come();
  exempt(agent.ours);
  const first = await come();
  const second = await come();
  const gone = once(first.theirs, "close");
  first.theirs.resume();
  const third = await come();
  await gone;
  expect([agent, second, third].map(({ ours }) => ours.destroyed)).toEqual([false, false, false]);
});
