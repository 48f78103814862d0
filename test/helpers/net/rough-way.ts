import { connect, type Socket } from "node:net";
import type { Dice } from "../opamp/mutate-frame.ts";
import { wayBetween } from "./way-between.ts";

/**
 * What becomes of everything on a way, also on the connections that are open already.
 * - `fair`: it arrives.
 * - `late`: it arrives later, in its order, by up to so many milliseconds.
 * - `lost`: one piece of so many never arrives, and what follows it does.
 * - `half-open`: nothing arrives any more, and no end of a connection is passed on.
 * - `reset`: open connections are broken off, and new ones as soon as something comes.
 * - `drip`: one byte arrives at a time, and then nothing for so many milliseconds.
 * - `cut`: on each connection at most so many bytes of the server arrive; then it is broken off.
 */
export type Weather =
  | "fair"
  | "half-open"
  | "reset"
  | { readonly lateMs: number }
  | { readonly lostOf: number }
  | { readonly dripMs: number }
  | { readonly cutWithin: number };

/** A way to a server whose weather changes. */
export interface RoughWay {
  readonly port: number;
  readonly become: (weather: Weather) => void;
  /** How many connections were made so far. */
  readonly connections: () => number;
  /** How many of them are open on the near side. */
  readonly open: () => number;
}

/** Listens on loopback and leads to `port`; gone when `after` calls back. */
export async function roughWay(
  port: number,
  dice: Dice,
  after: (end: () => Promise<void>) => void,
): Promise<RoughWay> {
  const nearby = new Set<Socket>();
  const state = { weather: "fair" as Weather, made: 0, dice };
  const way = await wayBetween(
    (near, keep) => {
      state.made += 1;
      const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      keep(far);
      near.on("close", () => nearby.delete(near));
      nearby.add(near);
      const pair = { dead: false, leftBytes: Infinity, cut: state.weather };
      passOn(near, far, state, pair, false);
      passOn(far, near, state, pair, true);
    },
    after,
    { allowHalfOpen: true },
  );
  return {
    port: way.port,
    become: (weather) => {
      state.weather = weather;
      if (weather === "reset") for (const socket of way.sockets) socket.resetAndDestroy();
    },
    connections: () => state.made,
    open: () => nearby.size,
  };
}

interface Sky {
  readonly weather: Weather;
  readonly dice: Dice;
}

/** Two sockets that belong together; a pair that has gone half-open stays so, whatever the weather becomes. */
interface Pair {
  dead: boolean;
  /** What may still pass of what the server says, in the weather `cut`. */
  leftBytes: number;
  cut: Weather;
}

/** Passes what comes, piece by piece: the next is looked at when the one before it is through. */
function passOn(from: Socket, to: Socket, sky: Sky, pair: Pair, isFromServer: boolean): void {
  let through: Promise<void> = Promise.resolve();
  const afterwards = (end: () => void): void =>
    void through.then(() => {
      if (sky.weather === "half-open") pair.dead = true;
      if (!pair.dead) end();
    });
  from.on("data", (piece: Buffer) => {
    from.pause();
    through = through
      .then(() => deliver(piece, to, sky, pair, isFromServer))
      .finally(() => from.resume());
  });
  from.on("end", () => {
    afterwards(() => to.end());
    // Whoever has gone half-open hears of no end, but the one that ends knows.
    if (pair.dead) from.destroy();
  });
  from.on("close", () => afterwards(() => to.destroy()));
}

async function deliver(
  piece: Buffer,
  to: Socket,
  sky: Sky,
  pair: Pair,
  isFromServer: boolean,
): Promise<void> {
  const { weather, dice } = sky;
  if (weather === "half-open") pair.dead = true;
  if (pair.dead) return;
  if (weather === "reset") {
    to.resetAndDestroy();
  } else if (typeof weather === "string") {
    to.write(piece);
  } else if ("lateMs" in weather) {
    await pause(dice(weather.lateMs));
    to.write(piece);
  } else if ("lostOf" in weather) {
    if (dice(weather.lostOf) > 0) to.write(piece);
  } else if ("dripMs" in weather) {
    let at = 0;
    for (; at < piece.length && !to.destroyed && sky.weather === weather; at += 1) {
      to.write(piece.subarray(at, at + 1));
      await pause(weather.dripMs);
    }
    to.write(piece.subarray(at));
  } else {
    to.write(isFromServer ? upToTheCut(piece, to, sky, pair) : piece);
  }
}

function upToTheCut(piece: Buffer, to: Socket, { weather, dice }: Sky, pair: Pair): Buffer {
  if (pair.cut !== weather && typeof weather === "object" && "cutWithin" in weather) {
    Object.assign(pair, { cut: weather, leftBytes: 1 + dice(weather.cutWithin) });
  }
  const passing = piece.subarray(0, pair.leftBytes);
  pair.leftBytes -= passing.length;
  if (pair.leftBytes === 0) setImmediate(() => to.destroy());
  return passing;
}

/** The weather itself takes time; nothing is waited for by it. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
