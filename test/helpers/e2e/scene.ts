import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Journal } from "../../../src/supervisor/core/report/journal.ts";
import { nopConfig } from "../agent/agent-configs.ts";
import { type Daemon, collectorPath, firstPid, scratchFolder, startDaemon } from "./daemon.ts";
import { type ServerOptions, type TestServer, startServer } from "./dev-world.ts";
import { settingsFor, type SettingsParts } from "./settings-text.ts";

/** What differs between hosts. */
export interface HostParts extends SettingsParts {
  /** The text of local.yaml; without it one that moves nothing, and `false` is no such file. */
  readonly local?: string | false;
  /** Variables that every supervisor here gets. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A folder with settings and local files, in which supervisors run one after the other. */
export interface Host {
  readonly folder: string;
  /** The text of supervisor.yaml. */
  readonly settings: string;
  /** Runs a supervisor, ended with the test at the latest. */
  readonly boot: (
    environment?: Readonly<Record<string, string>>,
    launcher?: readonly string[],
  ) => Daemon;
  /** The path of a file in the folder. */
  readonly path: (name: string) => string;
  readonly write: (name: string, text: string) => void;
  readonly read: (name: string) => string;
  /** What the agent runs, or is about to. */
  readonly effective: () => string;
  /** There is a generation that proved itself. */
  readonly keepsGood: () => boolean;
}

/** Lays out a host for a server that is, or is not, at an address; nothing runs yet. */
export function createHost(endpoint: string, parts: HostParts = {}): Host {
  const folder = scratchFolder();
  const { local = nopConfig(), executable = collectorPath(), environment = {} } = parts;
  const configFiles = local === false ? [] : ["local.yaml"];
  const settings = settingsFor(endpoint, { configFiles, ...parts, executable });
  const path = (name: string): string => join(folder, name);
  const read = (name: string): string => readFileSync(path(name), "utf8");
  if (local !== false) writeFileSync(path("local.yaml"), local);
  return {
    folder,
    settings,
    boot: (more, launcher) => startDaemon(folder, settings, { ...environment, ...more }, launcher),
    path,
    write: (name, text) => writeFileSync(path(name), text),
    read,
    effective: () => read("storage/effective.yaml"),
    keepsGood: () => {
      const { journal } = JSON.parse(read("storage/journal.json")) as { journal: Journal };
      return journal.good !== undefined;
    },
  };
}

/** A host and its server. */
export interface Scene extends Host {
  readonly server: TestServer;
}

/** Starts the development server and lays out a host for it. */
export async function createScene(parts: HostParts & ServerOptions = {}): Promise<Scene> {
  const server = await startServer(parts);
  return { server, ...createHost(server.opampUrl, parts) };
}

/** A scene whose supervisor runs. */
export interface Running extends Scene {
  readonly daemon: Daemon;
  readonly uid: string;
  /** The first process of the agent. */
  readonly pid: number;
}

/** Starts a scene and waits until the server knows that the agent is up. */
export async function runningScene(parts: HostParts & ServerOptions = {}): Promise<Running> {
  const scene = await createScene(parts);
  const daemon = scene.boot();
  const { uid } = await scene.server.agent((agent) => agent.up === "true");
  return { ...scene, daemon, uid, pid: await firstPid(daemon) };
}
