import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDevServer, type DevServer } from "../src/dev-server/server.ts";
import { settingsFor } from "../test/helpers/e2e/settings-text.ts";

/** Where the collector's own health check listens in every measurement. */
export const healthPort = 13133;

const patienceMs = 180_000;

/** A server and a folder with settings that every supervisor can start from. */
export interface World {
  readonly folder: string;
  readonly collector: string;
  readonly server: () => DevServer;
  /** Closes the server and opens another one on the same port; resolves when that one listens. */
  readonly replaceServer: (awayMs: number) => Promise<void>;
  /** Removes what supervisors have kept. */
  readonly forget: () => void;
  readonly close: () => Promise<void>;
}

/** What a measurement needs beside that. */
interface WorldParts {
  readonly capabilities?: readonly string[];
  /** Further keys of `agent`, which may depend on the server. */
  readonly agent?: (server: DevServer) => string;
  readonly packages?: { readonly directory: string; readonly keyFile: string };
}

/** What every supervisor may do here. */
const capabilities = [
  "accepts_remote_config",
  "reports_effective_config",
  "reports_health",
  "reports_remote_config",
];

/** Makes one; `local` is the text of the local configuration. */
export async function openWorld(
  collector: string,
  local: string,
  parts: WorldParts = {},
): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-bench-"));
  const { packages } = parts;
  const open = (opampPort: number): Promise<DevServer> =>
    createDevServer({ pageDirectory: "dist/page", opampPort, pagePort: 0, packages });
  let server = await open(0);
  const { opampUrl } = server;
  writeFileSync(join(folder, "local.yaml"), local);
  writeFileSync(
    join(folder, "supervisor.yaml"),
    settingsFor(opampUrl, {
      executable: collector,
      configFiles: ["local.yaml"],
      capabilities: [...capabilities, ...(parts.capabilities ?? [])],
      agent: parts.agent?.(server) ?? "",
    }),
  );
  return {
    folder,
    collector,
    server: () => server,
    replaceServer: async (awayMs) => {
      await server.close();
      await pause(awayMs);
      server = await open(Number(new URL(opampUrl).port));
    },
    forget: () => rmSync(join(folder, "storage"), { recursive: true, force: true }),
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits; only for the length of a measurement, never for something to have happened. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Resolves with the time that it took until the server has an agent of which this is true. */
export async function sinceUntil(
  world: World,
  from: number,
  is: (agent: ReturnType<DevServer["agents"]>[number]) => boolean,
): Promise<number> {
  await world.server().waitFor((agents) => agents.some(is), patienceMs);
  return performance.now() - from;
}

/** Resolves with the time that it took until the question has the answer yes; it is asked again and again. */
export async function sinceYes(from: number, ask: () => Promise<boolean>): Promise<number> {
  while (!(await ask())) {
    if (performance.now() - from > patienceMs) throw new Error("what was waited for never came");
    await pause(2);
  }
  return performance.now() - from;
}

/** Whether the collector says at its health check that it is well. */
export function isHealthy(): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request(
      { host: "127.0.0.1", port: healthPort, agent: false, signal: AbortSignal.timeout(1_000) },
      (answer) => {
        answer.resume().on("error", () => undefined);
        resolve(answer.statusCode === 200);
      },
    );
    asking.on("error", () => resolve(false));
    asking.end();
  });
}

/** Whether somebody listens at a port of this machine. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const say = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once("connect", () => say(true)).once("error", () => say(false));
  });
}
