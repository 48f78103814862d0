import { once } from "node:events";
import { type Socket, createServer, connect, type AddressInfo } from "node:net";

/** A way to a server that can go silent: connections stay open and everything is swallowed. */
export interface HalfOpenWay {
  readonly port: number;
  /** How many connections were made. */
  connections(): number;
  /** From now on nothing passes on the connections that are open, and on new ones if `always`. */
  swallow(always?: boolean): void;
  /** New connections pass again. */
  pass(): void;
  close(): Promise<void>;
}

/** Listens on loopback and passes everything on to `port`, until it is told to swallow it. */
export async function halfOpenWay(port: number): Promise<HalfOpenWay> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let passing = true;
  let made = 0;
  const server = createServer((near) => {
    made += 1;
    const far = connect(port, "127.0.0.1");
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) socket.on("error", () => undefined);
    near.on("close", () => far.destroy());
    if (passing) near.pipe(far).pipe(near);
    else near.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => made,
    swallow(always = false): void {
      passing = !always;
      for (const [near, far] of pairs) {
        near.unpipe(far);
        far.unpipe(near);
        near.resume();
        far.resume();
      }
    },
    pass(): void {
      passing = true;
    },
    async close(): Promise<void> {
      const closed = once(server, "close");
      server.close();
      for (const [near, far] of pairs) {
        near.destroy();
        far.destroy();
      }
      await closed;
    },
  };
}
