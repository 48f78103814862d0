import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { onTestFinished, test, expect } from "vitest";
import { type Listener, createListeners } from "../../../src/agent/ask/listener.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";

type Answering = Parameters<ReturnType<ReturnType<typeof createListeners>>>[0];

/** Who listens, for one that has not looked before. */
function listenerOf(answering: Answering, agentPid: number | undefined): Listener | undefined {
  return createListeners()(agentPid)(answering);
}

async function listen(host: string, port = 0): Promise<number> {
  const server = createServer().listen({ host, port, ipv6Only: host === "::1" });
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

interface ListeningChild {
  readonly pid: number;
  readonly port: number;
  /** Comes when its last thread is through and the port is free again. */
  readonly ended: Promise<unknown>;
}

/** A process of ours that listens at a port of its own, and that port. */
async function listeningChild(host: string, wanted = 0): Promise<ListeningChild> {
  const program = `const s = require("net").createServer().listen(${wanted}, "${host}", () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ["-e", program]);
  const ended = once(child, "exit");
  onTestFinished(() => void child.kill("SIGKILL"));
  const [bytes] = (await once(child.stdout, "data")) as [Buffer];
  return { pid: child.pid ?? 0, port: Number(bytes.toString()), ended };
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
  const ageMs = expect.any(Number) as number;
  const expected = { is: "stranger", pid, name, ageMs };
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

test("what was found once counts as long as the process has that socket, and no longer", async () => {
  // One that nobody else is given in between.
  const [wanted = 0] = await freePorts(1);
  const { pid, port, ended } = await listeningChild("127.0.0.1", wanted);
  const other = await listeningChild("127.0.0.1");
  const listeners = createListeners();
  const at = { address: "127.0.0.1", port };
  for (let round = 0; round < 3; round += 1) {
    expect(listeners(pid)(at)).toEqual({ is: "ours", pid });
    // Another agent does not inherit it.
    expect(listeners(other.pid)(at)).toMatchObject({ is: "stranger", pid });
  }
  process.kill(pid, "SIGKILL");
  // A process shows no sockets any more while the last of them is still being closed.
  await ended;
  expect(listeners(pid)(at)).toBeUndefined();
  // Whoever takes the port then is a stranger.
  await listen("127.0.0.1", port);
  expect(listeners(pid)(at)).toMatchObject({ is: "stranger", pid: process.pid });
});
