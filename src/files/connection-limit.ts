import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { textOrNothing } from "./read-if-there.ts";

/** Fewer would turn away who has a right to ask. */
const fewest = 2;

/**
 * How many connections a server of ours may hold at once: so many as it wishes, but no more than a quarter of the files
 * that this process may have open. Each takes one, and without a file the agent could be neither asked nor started.
 */
export function connectionLimit(
  wished: number,
  limits: string = textOrNothing("/proc/self/limits"),
): number {
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  return Math.max(fewest, Math.min(wished, Math.floor(files / 4)));
}

/**
 * Has a server hold so many connections at most. For one more the oldest has to go: anybody on the machine may open some
 * and say nothing, and whoever has a right to ask has asked, and been answered, in a moment. Gives back what exempts a
 * connection from that.
 */
export function holdAtMost(server: Server, most: number): (exempt: Duplex) => void {
  const held = new Set<Duplex>();
  server.on("connection", (socket: Socket) => {
    held.add(socket);
    socket.once("close", () => held.delete(socket));
    const [oldest] = held;
    if (held.size > most) oldest?.destroy();
  });
  return (exempt) => void held.delete(exempt);
}
