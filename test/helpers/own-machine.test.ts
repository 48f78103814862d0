import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { takenPort } from "./net/free-ports.ts";
import { ownMachine } from "./own-machine.ts";

const launcher = ownMachine();

/** Listens at a port that is taken outside, asks itself there, and tells what it sees. */
const insider = (port: number): string => `
  const { createServer, get } = require("node:http");
  const server = createServer((request, response) => response.end()).listen(${port}, "127.0.0.1", () =>
    get("http://127.0.0.1:${port}", ({ statusCode }) => {
      const pids = require("node:fs").readdirSync("/proc").filter((name) => /^\\d+$/.test(name));
      console.log(JSON.stringify({ statusCode, uid: process.getuid(), pids: pids.map(Number), pid: process.pid }));
      server.closeAllConnections();
      server.close();
    }));`;

test.skipIf(launcher === undefined)(
  "a machine of its own has its ports, its loopback address and our user",
  async () => {
    const port = await takenPort();
    const [command, ...args] = [...(launcher ?? []), process.execPath, "-e", insider(port)];
    const { stdout, stderr, status } = spawnSync(command, args, { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const seen = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    expect(seen).toMatchObject({ statusCode: 200, uid: process.getuid?.() });
    if (launcher?.includes("--pid") === true) expect(seen["pids"]).toEqual([1, seen["pid"]]);
  },
);

test.skipIf(launcher?.includes("--pid") !== true)(
  "what is left on a machine of its own ends with it, and its exit code is known",
  () => {
    const leaves =
      "setsid sleep 1000 > /dev/null 2>&1 < /dev/null & readlink /proc/self/ns/pid; exit 7";
    const [command, ...args] = [...(launcher ?? []), "sh", "-c", leaves];
    const { stdout, status } = spawnSync(command, args, { encoding: "utf8" });
    expect(status).toBe(7);
    const there = spawnSync("sh", ["-c", "readlink /proc/[0-9]*/ns/pid"], { encoding: "utf8" });
    expect(stdout).toMatch(/^pid:/);
    expect(there.stdout).not.toContain(stdout);
  },
);
