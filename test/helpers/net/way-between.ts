import { once } from "node:events";
import { type AddressInfo, createServer, type ServerOpts, type Socket } from "node:net";

/** Something on loopback that stands between others. */
interface WayBetween {
  readonly port: number;
  /** All that are open, on both sides. */
  readonly sockets: ReadonlySet<Socket>;
}

/**
 * Listens on loopback and has each connection taken; what is made for it on the far side is given to `keep`. Gone, with all
 * that is open, when `after` calls back.
 */
export async function wayBetween(
  take: (near: Socket, keep: (far: Socket) => void) => void,
  after: (end: () => Promise<void>) => void,
  options: ServerOpts = {},
): Promise<WayBetween> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer(options, (near) => {
    keep(near);
    take(near, keep);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}
