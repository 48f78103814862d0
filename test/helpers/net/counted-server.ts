import { once } from "node:events";
import { type RequestListener, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { until } from "../until.ts";

/** A server of which a test sees whether connections to it are left open. */
export interface CountedServer {
  readonly port: number;
  /** Resolves when every connection that was made is closed again. */
  readonly allClosed: () => Promise<unknown>;
  readonly stop: () => Promise<unknown>;
}

/** Has this server listen as long as the test lasts. */
export async function countedServer(from: Server | RequestListener): Promise<CountedServer> {
  const server = typeof from === "function" ? createServer(from) : from;
  let [opened, closed] = [0, 0];
  // A connection that whoever asks leaves open stays open.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    opened += 1;
    socket.on("error", () => undefined).on("close", () => (closed += 1));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = (): Promise<unknown> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(() => void stop());
  const { port } = server.address() as AddressInfo;
  return { port, allClosed: () => until(() => opened > 0 && closed === opened), stop };
}
