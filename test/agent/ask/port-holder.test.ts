import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { onTestFinished, test, expect } from "vitest";
import { holderOf, takenPorts, withHolders } from "../../../src/agent/ask/port-holder.ts";

async function heldPort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

test.each(["127.0.0.1", "::"])("who listens at a port of %s is found", async (host) => {
  const port = await heldPort(host);
  expect(holderOf(port)?.pid).toBe(process.pid);
});

test("a port that nobody listens at has no holder", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  expect(holderOf(port)).toBeUndefined();
});

test("the collector's complaint of a taken port is followed by who has it", async () => {
  const port = await heldPort("127.0.0.1");
  const complaint = `failed to bind: listen tcp 127.0.0.1:${port}: bind: address already in use`;
  const lines = withHolders(["Error: a", complaint]);
  expect(lines.slice(0, 2)).toEqual(["Error: a", complaint]);
  expect(lines[2]).toContain(`port ${port} is held by process ${process.pid} (`);
  expect(withHolders(["Error: a"])).toEqual(["Error: a"]);
});

test("a taken port comes with who has it and the next one that nobody listens at", async () => {
  const port = await heldPort("127.0.0.1");
  const complaint = `listen tcp [::1]:${port}: bind: address already in use`;
  const [taken] = takenPorts([complaint, complaint]);
  expect(taken).toMatchObject({ port, by: expect.stringContaining(String(process.pid)) as string });
  expect(taken?.free).toBeGreaterThan(port);
  expect(holderOf(taken?.free ?? port)).toBeUndefined();
  expect(takenPorts(["Error: a"])).toEqual([]);
});
