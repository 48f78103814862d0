import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { loopbackHost } from "../../dev-server/page-api/page-guard.ts";
import { publicKeyText } from "../../packages/trust/ed25519.ts";
import { readSettings } from "../../supervisor/settings/read/read-settings.ts";
import type { CliSurroundings } from "../surroundings.ts";

/** The settings that `dev` runs with, and what follows from them for its server. */
export interface DevSettings {
  readonly config: string;
  /** They name no server of their own, but the one that `dev` starts. */
  readonly ours: boolean;
  readonly opampPort: string;
  readonly tls: boolean;
  /** What a person should know who looks for the agent on the page. */
  readonly note: string | undefined;
}

/** The port of the OpAMP endpoint when nothing names another one. */
export const usualPort = "4320";

/** Brings settings and port together, or says why they cannot be: `port` is what was typed, undefined for nothing. */
export function devSettings(
  config: string | undefined,
  port: string | undefined,
  { environment, workingDirectory, packageDirectory }: CliSurroundings,
): DevSettings | string {
  if (config === undefined) {
    const opampPort = port ?? usualPort;
    const ours = join(packageDirectory, "examples/dev.yaml");
    return { config: ours, ours: true, opampPort, tls: true, note: undefined };
  }
  // The collector is found later on; what else is wrong the supervisor says itself.
  const known = new Map([["OTELCOL_COLLECTOR_BINARY", process.execPath], ...environment]);
  const { settings } = readSettings(config, known, workingDirectory);
  return ofEndpoint(config, settings?.server.endpoint, port);
}

function ofEndpoint(
  config: string,
  endpoint: string | undefined,
  port: string | undefined,
): DevSettings | string {
  const typed = { config, ours: false, opampPort: port ?? usualPort, tls: true, note: undefined };
  if (endpoint === undefined) return typed;
  const { protocol, hostname, port: written, pathname } = new URL(endpoint);
  const tls = protocol === "wss:" || protocol === "https:";
  if (!loopbackHost(hostname)) {
    const note = `${config} has the supervisor connect to ${hostname}: its agent is not on this page`;
    return { ...typed, note };
  }
  const named = written === "" ? (tls ? "443" : "80") : written;
  if (port !== undefined && Number(port) !== Number(named)) {
    const there = `${protocol}//${hostname}:${port}${pathname}`;
    return `expected --port ${named}, because ${config} has the supervisor connect to that port of this machine, found --port ${port}: leave --port out, or write endpoint: ${there}`;
  }
  return { ...typed, opampPort: named, tls };
}

/** What the supervisor is told in variables that examples/dev.yaml names. */
export function devVariables(
  opampUrl: string,
  packagesKey: string | undefined,
): NodeJS.Dict<string> {
  const { port } = new URL(opampUrl);
  return {
    OPAMPSUPERVISOR_DEV_PORT: port,
    OPAMPSUPERVISOR_DEV_KEY: packagesKey ?? keyOfNobody(),
    // Another port is another world beside the usual one.
    OPAMPSUPERVISOR_DEV_STORAGE: port === usualPort ? "./storage" : `./storage-${port}`,
  };
}

/** Without a folder nothing is signed, and nothing can be. */
function keyOfNobody(): string {
  return publicKeyText(createPublicKey(generateKeyPairSync("ed25519").privateKey));
}
