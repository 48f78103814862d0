import { once } from "node:events";
import { type Server, createServer, type AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

interface Listening {
  readonly server: Server;
  readonly port: number;
}

async function listening(): Promise<Listening> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** Ports at which nothing listens; all are held until the last one is known, so that they differ. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const all = await Promise.all(Array.from({ length: count }, listening));
  await Promise.all(all.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return all.map(({ port }) => port);
}

/** A port that somebody else holds as long as the test lasts. */
export async function takenPort(): Promise<number> {
  const { server, port } = await listening();
  onTestFinished(() => void server.close());
  return port;
}
