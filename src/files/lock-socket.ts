import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const name = "holder.sock";

/**
 * Listens in a directory for as long as this process lives: the one sign of life that is seen from every container of
 * one machine, and that is gone at once with a process that is killed. Gives back what ends it; undefined where there
 * can be no socket.
 */
export function listenIn(directory: string): (() => void) | undefined {
  const server = createServer((socket) => socket.destroy());
  // What fails is seen below, at once.
  server.on("error", () => undefined);
  const folder = openSync(directory, "r");
  // Open until the socket is closed, which removes it by that path.
  server.once("close", () => closeSync(folder));
  server.listen(shortPath(folder, directory)).unref();
  if (existsSync(join(directory, name))) {
    return () => {
      if (server.listening) server.close();
    };
  }
  closeSync(folder);
  return undefined;
}

/** A path may be longer than the name of a socket can be. */
function shortPath(folder: number, directory: string): string {
  try {
    const path = `/proc/self/fd/${folder}`;
    readlinkSync(path);
    return `${path}/${name}`;
  } catch {
    // No /proc: a short path will do.
    return join(directory, name);
  }
}

/** Connects with another process, because this one has to have the answer before it goes on: 0 somebody listens. */
const script = `
const socket = require("node:net").connect(${JSON.stringify(name)});
socket.on("connect", () => process.exit(0));
socket.on("error", ({ code }) => process.exit(["ECONNREFUSED", "ENOENT"].includes(code) ? 3 : 0));
`;

/** True while a process listens in a directory; true too where that cannot be told. */
export function isListening(directory: string): boolean {
  const asked = spawnSync(process.execPath, ["-e", script], {
    cwd: directory,
    env: {},
    stdio: "ignore",
    timeout: 10_000,
  });
  return asked.status !== 3;
}
