import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { onTestFinished, test, expect } from "vitest";
import { listenerOf } from "../../../src/agent/ask/listener.ts";

async function listen(host: string, port = 0): Promise<number> {
  const server = createServer().listen({ host, port, ipv6Only: host === "::1" });
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A process of ours that listens at a port of its own, and that port. */
async function listeningChild(host: string): Promise<{ pid: number; port: number }> {
  const program = `const s = require("net").createServer().listen(0, "${host}", () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ["-e", program]);
  onTestFinished(() => void child.kill("SIGKILL"));
  const [bytes] = (await once(child.stdout, "data")) as [Buffer];
  return { pid: child.pid ?? 0, port: Number(bytes.toString()) };
}

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["::", "127.0.0.1"],
  ["::", "::1"],
  ["::1", "::1"],
])("what listens at %s and is reached at %s is ours", async (host, address) => {
  const { pid, port } = await listeningChild(host);
  expect(listenerOf({ address, port }, pid)).toMatchObject({ is: "ours" });
  // It descends from this process.
  expect(listenerOf({ address, port }, process.pid)).toMatchObject({ is: "ours" });
});

test("a process that ours has not started is a stranger with pid and name", async () => {
  const { pid, port } = await listeningChild("127.0.0.1");
  const other = await listeningChild("127.0.0.1");
  const name = expect.stringMatching(/./) as string;
  const expected = { is: "stranger", pid, name };
  expect(listenerOf({ address: "127.0.0.1", port }, other.pid)).toEqual(expected);
});

test("of two at one port the one at the address itself has answered", async () => {
  const port = await listen("127.0.0.1");
  const six = await listeningChild("::1");
  await listen("127.0.0.1", six.port);
  expect(listenerOf({ address: "::1", port: six.port }, six.pid)).toMatchObject({ is: "ours" });
  const stranger = { is: "stranger", pid: process.pid };
  expect(listenerOf({ address: "127.0.0.1", port: six.port }, six.pid)).toMatchObject(stranger);
  expect(listenerOf({ address: "127.0.0.1", port }, six.pid)).toMatchObject(stranger);
});

test("where nobody is seen nothing is said", async () => {
  const port = await listen("127.0.0.1");
  expect(listenerOf({ address: "127.0.0.1", port }, undefined)).toBeUndefined();
  expect(listenerOf({ address: undefined, port }, process.pid)).toBeUndefined();
  expect(listenerOf({ address: "127.0.0.2", port }, process.pid)).toBeUndefined();
});
