import { type Socket, connect } from "node:net";
import { wayBetween } from "./way-between.ts";

/**
 * What becomes of new connections.
 * - `pass`: all of it goes to the server.
 * - `silence`: they are taken, and nobody ever says anything.
 * - `reset`: they break as soon as something comes.
 * - `cutAfter`: they break when so many bytes of the server have passed.
 * - `say`: whatever comes is answered with these bytes, and that is all.
 */
export type Fault =
  | "pass"
  | "silence"
  | "reset"
  | { readonly cutAfter: number }
  | { readonly say: Uint8Array | string };

/** A way to a server on which things go wrong. */
export interface FaultWay {
  readonly port: number;
  /** From now on, for new connections. */
  become(fault: Fault): void;
  /** How many connections were made. */
  connections(): number;
  /** How many are open. */
  open(): number;
}

/** Listens on loopback and leads to `port`; gone when `after` calls back. */
export async function faultWay(
  port: number,
  after: (end: () => Promise<void>) => void,
): Promise<FaultWay> {
  let fault: Fault = "pass";
  let made = 0;
  const way = await wayBetween((near, keep) => {
    made += 1;
    if (fault === "silence") near.resume();
    else if (fault === "reset") near.once("data", () => near.resetAndDestroy());
    else if (fault !== "pass" && "say" in fault) sayOnce(near, fault.say);
    else keep(passOn(near, port, fault === "pass" ? Infinity : fault.cutAfter));
  }, after);
  return {
    port: way.port,
    become(next: Fault): void {
      fault = next;
    },
    connections: () => made,
    open: () => way.sockets.size,
  };
}

function sayOnce(near: Socket, bytes: Uint8Array | string): void {
  near.once("data", () => {
    near.resume();
    near.end(bytes);
  });
}

function passOn(near: Socket, port: number, bytes: number): Socket {
  const far = connect(port, "127.0.0.1");
  let left = bytes;
  far.on("data", (chunk: Buffer) => {
    near.write(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) near.resetAndDestroy();
  });
  near.pipe(far);
  far.on("close", () => near.destroy());
  near.on("close", () => far.destroy());
  return far;
}
