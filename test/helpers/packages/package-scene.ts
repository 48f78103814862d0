import { execFileSync } from "node:child_process";
import { type KeyObject, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { once } from "node:events";
import { readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  type AgentToServer,
  type PackageAvailable,
  type PackageStatus,
  PackageStatusType,
  PackageType,
  type ServerToAgent,
} from "../../../src/opamp-client/wire/messages.ts";
import { publicKeyText } from "../../../src/packages/trust/ed25519.ts";
import { statementBytes } from "../../../src/packages/trust/statement.ts";
import { collectorPath, eventually } from "../e2e/daemon.ts";
import { type Host, type HostParts, createHost } from "../e2e/scene.ts";
import { remoteConfig } from "../e2e/settings-text.ts";
import { type FakeServer, startFakeServer } from "../opamp/fake-opamp-server.ts";
import { sha256 } from "./package-world.ts";

/** A package as a test offers it; what is left out is made to fit. */
export interface Wanted {
  readonly name?: string;
  readonly version: string;
  readonly file: Buffer;
  readonly addon?: boolean;
  /** What is signed in place of the truth. */
  readonly signed?: { readonly version?: string; readonly file?: Buffer; readonly key?: KeyObject };
  /** What lies at the address in place of the file. */
  readonly served?: Buffer | ServedFile;
}

/** A file that is only announced. */
export interface ServedFile {
  readonly bytes: number;
}

/** A host whose supervisor takes packages, a server that offers them, and one that has the files. */
export interface PackageScene extends Host {
  readonly server: FakeServer;
  /** From now on these are offered, at once and to each new connection. */
  readonly offer: (...packages: readonly Wanted[]) => void;
  /** The same with a configuration in the same message. */
  readonly offerWith: (config: string, ...packages: readonly Wanted[]) => void;
  /** Says something else to the agent. */
  readonly send: (said: ServerToAgent) => void;
  /** What was told last of a package, on the newest connection, as soon as it fits. */
  readonly status: (
    fits: (status: PackageStatus) => boolean,
    name?: string,
  ) => Promise<PackageStatus>;
  /** The words of a package that has failed. */
  readonly failure: (of: Wanted) => Promise<string>;
  /** A version is in use. */
  readonly installed: (of: Wanted) => Promise<void>;
  /** Each status of a package that was told, one after the other. */
  readonly told: (name?: string) => readonly (keyof typeof PackageStatusType)[];
  /** What was told last of anything, on the newest connection. */
  readonly last: <Key extends keyof AgentToServer>(key: Key) => AgentToServer[Key] | undefined;
}

/** The version of the collector that the tests have. */
export const version: string = versionOf(collectorPath());
/** The one that is made of it: of the same length, so that it fits into the same bytes. */
export const newer: string = version.replace(/.$/, "9");

function versionOf(program: string): string {
  const said = execFileSync(program, ["--version"], { encoding: "utf8" });
  const [found] = /\d+\.\d+\.\d+$/.exec(said.trim()) ?? [];
  if (found === undefined) throw new Error(`expected a version from ${program}, found: ${said}`);
  return found;
}

/**
 * The same collector, which says that it is of another version. Other words may be changed in it too, for others of the
 * same length.
 */
export function newerCollector(changes: Readonly<Record<string, string>> = {}): Buffer {
  const bytes = readFileSync(collectorPath());
  for (const [from, to] of Object.entries({ [version]: newer, ...changes })) {
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at)) {
      at += bytes.write(to, at, "latin1");
    }
  }
  return bytes;
}

/** The program that a process runs; empty when it has ended. */
export function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}

/** Lays out a host and starts the servers. */
export async function packageScene(parts: HostParts = {}): Promise<PackageScene> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const server = await startFakeServer();
  const files = await startFileServer();
  const { agent = "", capabilities = [...remoteConfig, "accepts_packages"] } = parts;
  const host = createHost(server.wsUrl, {
    ...parts,
    capabilities,
    agent: `  packages:
    verify: ed25519
    public_keys: ["${publicKeyText(publicKey)}"]
    allowed_hosts: [127.0.0.1]
${agent}`,
  });
  let offered: readonly Wanted[] | undefined;
  let config: string | undefined;
  const message = (): object => ({
    ...(offered === undefined ? {} : { packagesAvailable: available(offered) }),
    ...(config === undefined ? {} : { remoteConfig: remoteOf(config) }),
  });
  const available = (packages: readonly Wanted[]): object => ({
    // Without packages and without a hash it takes back what was offered before.
    ...(packages.length === 0
      ? {}
      : { allPackagesHash: sha256(Buffer.concat(packages.map(hashOf))) }),
    packages: new Map(
      packages.map((one) => [one.name ?? "", packageOf(one, files.url(one), privateKey)]),
    ),
  });
  server.script.reply = (said) => ({
    capabilities: 0x7fn,
    instanceUid: said.instanceUid,
    ...(said.agentDescription === undefined ? {} : message()),
  });
  const send = (said: ServerToAgent): void => {
    const connections = server.seen.all.flatMap((one) =>
      one.saw === "connection" ? [one.connection] : [],
    );
    connections.at(-1)?.send(said);
  };
  // The first message of a connection says all.
  const ofConnection = (): readonly AgentToServer[] => {
    const messages = server.messages();
    const { number } = messages.at(-1) ?? {};
    return messages.filter((one) => one.number === number).map(({ message: said }) => said);
  };
  const last: PackageScene["last"] = (key) =>
    ofConnection()
      .map((said) => said[key])
      .findLast((one) => one !== undefined);
  const statusOf = (name: string): PackageStatus | undefined =>
    last("packageStatuses")?.packages?.get(name);
  const status: PackageScene["status"] = async (fits, name = "") => {
    const now = (): PackageStatus | undefined => {
      const told = statusOf(name);
      return told !== undefined && fits(told) ? told : undefined;
    };
    await eventually(() => now() !== undefined).catch((error: unknown) => {
      throw new Error(`last told: ${JSON.stringify(told(name))} ${show(statusOf(name))}`, {
        cause: error,
      });
    });
    return now() ?? {};
  };
  const told: PackageScene["told"] = (name = "") =>
    server
      .messages()
      .flatMap((one) => one.message.packageStatuses?.packages?.get(name) ?? [])
      .map((one) => nameOf(one.status ?? 0))
      .filter((one, at, all) => one !== all[at - 1]);
  const offer: PackageScene["offer"] = (...packages) => {
    for (const one of packages) files.serve(one);
    offered = packages;
    send(message());
  };
  return {
    ...host,
    server,
    send,
    offer,
    offerWith: (text, ...packages) => {
      config = text;
      offer(...packages);
    },
    status,
    failure: async (of) => {
      const { errorMessage = "" } = await status(
        (one) => one.status === PackageStatusType.InstallFailed && isOf(one, of),
        of.name,
      );
      return errorMessage;
    },
    installed: async (of) => {
      await status(
        (one) => (one.status ?? 0) === PackageStatusType.Installed && isOf(one, of),
        of.name,
      );
    },
    told,
    last,
  };
}

function isOf({ serverOfferedHash = new Uint8Array() }: PackageStatus, of: Wanted): boolean {
  return Buffer.from(serverOfferedHash).equals(hashOf(of));
}

function show(status: PackageStatus | undefined): string {
  return JSON.stringify(status, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value,
  );
}

function nameOf(status: number): keyof typeof PackageStatusType {
  const names = Object.entries(PackageStatusType) as [keyof typeof PackageStatusType, number][];
  return names.find(([, number]) => number === status)?.[0] ?? "Installed";
}

function remoteOf(text: string): object {
  const body = Buffer.from(text);
  return { config: { configMap: new Map([["", { body }]]) }, configHash: sha256(body) };
}

const marks = new WeakMap<Wanted, Buffer>();

/** The server's own mark of a package, which says nothing to anybody else. */
function hashOf(wanted: Wanted): Buffer {
  const mark = marks.get(wanted) ?? randomBytes(32);
  marks.set(wanted, mark);
  return mark;
}

function packageOf(wanted: Wanted, downloadUrl: string, ours: KeyObject): PackageAvailable {
  const { name = "", version: number, file, addon = false, signed } = wanted;
  const statement = {
    name,
    version: signed?.version ?? number,
    sha256: sha256(signed?.file ?? file).toString("hex"),
  };
  return {
    type: addon ? PackageType.Addon : PackageType.TopLevel,
    version: number,
    hash: hashOf(wanted),
    file: {
      downloadUrl,
      contentHash: sha256(file),
      signature: sign(null, statementBytes(statement), signed?.key ?? ours),
    },
  };
}

interface FileServer {
  readonly serve: (of: Wanted) => void;
  readonly url: (of: Wanted) => string;
}

/** Each file lies at the address of its package's hash. */
async function startFileServer(): Promise<FileServer> {
  const contents = new Map<string, Buffer | ServedFile>();
  const server = createServer((request, response) => {
    const content = contents.get(request.url ?? "");
    if (content === undefined) response.writeHead(404).end();
    else if (Buffer.isBuffer(content)) response.end(content);
    else response.writeHead(200, { "content-length": content.bytes }).write("\x7fELF");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const path = (of: Wanted): string => join("/packages", hashOf(of).toString("hex"));
  return {
    serve: (of) => void contents.set(path(of), of.served ?? of.file),
    url: (of) => `http://127.0.0.1:${port}${path(of)}`,
  };
}
