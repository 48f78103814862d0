import type { Server } from "node:net";
import { SupervisorError, systemCodeOf } from "../../errors.ts";

/** Where to listen, and by which option somebody can change the port. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly option: string;
}

/** Starts to listen and returns the port; a taken port is `port-in-use` with what to do about it. */
export async function listen(server: Server, place: Place): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => reject(explain(error, place));
    server.once("error", fail);
    server.listen(place.port, place.host, () => {
      server.off("error", fail);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new SupervisorError("internal", "expected a TCP address to listen on, found none");
  }
  return address.port;
}

/** An address as it stands in a URL: brackets for IPv6, loopback for "every address". */
export function urlHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

function explain(error: Error, { host, port, option }: Place): Error {
  if (systemCodeOf(error) !== "EADDRINUSE") return error;
  const what = `expected port ${port} on ${host} to be free, found another program listening on it`;
  const who = `often a dev server or another OpAMP server that still runs (ss -ltnp 'sport = :${port}' names it)`;
  const change = `stop it or choose another port with ${option}`;
  return new SupervisorError("port-in-use", `${what}: ${who}; ${change}`, { cause: error });
}
