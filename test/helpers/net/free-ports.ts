import { once } from "node:events";
import { type Server, createServer, type AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { systemCodeOf } from "../../../src/errors.ts";

interface Listening {
  readonly server: Server;
  readonly port: number;
}

async function listening(wanted = 0): Promise<Listening> {
  const server = createServer().listen(wanted, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** The ports below are those that the system never gives to whoever asks for any. */
const systemsFirst = 32_768;
const ours = 12_000;

async function listeningApart(): Promise<Listening> {
  for (;;) {
    const port = systemsFirst - ours + Math.floor(Math.random() * ours);
    try {
      return await listening(port);
    } catch (error) {
      if (systemCodeOf(error) !== "EADDRINUSE") throw error;
    }
  }
}

/**
 * Ports at which nothing listens, and that nobody is given by chance before they are used; all are held until the last one
 * is known, so that they differ.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const all = await Promise.all(Array.from({ length: count }, listeningApart));
  await Promise.all(all.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return all.map(({ port }) => port);
}

/** A port that somebody else holds as long as the test lasts. */
export async function takenPort(): Promise<number> {
  const { server, port } = await listening();
  onTestFinished(() => void server.close());
  return port;
}
