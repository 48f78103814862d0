import { basename } from "node:path";
import { readVersion } from "../../../packages/version-order.ts";
import type { PackageSettings } from "../settings.ts";
import { readTrust } from "./read-trust.ts";
import type { Reading } from "./reading.ts";

const key = "agent.packages";

/** `agent.packages`, and the reference's `agent.package`; undefined where a server may offer none. */
export function readPackages(executable: string, reading: Reading): PackageSettings | undefined {
  const settings: PackageSettings = {
    trust: readTrust(reading),
    allowedHosts: readHosts(reading),
    allowedNames: listOf(`${key}.allowed_names`, reading),
    lowestVersion: readLowest(reading),
    mirrors: readMirrors(reading),
    maxBytes: (reading.number(`${key}.max_size_mib`) ?? 0) * 1024 * 1024,
    timeoutMs: reading.number(`${key}.timeout`) ?? 0,
    executable: reading.text(`${key}.executable`) ?? namedBinary(reading),
    agentExecutable: basename(executable),
    probationMs: reading.number(`${key}.probation`) ?? 0,
  };
  if (!reading.flag("capabilities.accepts_packages")) return undefined;
  const mode = reading.text("agent.mode") ?? "child";
  if (mode === "child") return settings;
  const message = `not offered to the server: with agent.mode ${mode} somebody else starts the agent`;
  reading.warn("not-acted-on", "capabilities.accepts_packages", message);
  return undefined;
}

function namedBinary(reading: Reading): string | undefined {
  const name = reading.text("agent.package.agent_binary") ?? "";
  return name === "" ? undefined : name;
}

function listOf(path: string, reading: Reading): readonly string[] | undefined {
  return reading.written(path) ? reading.texts(path) : undefined;
}

function readHosts(reading: Reading): readonly string[] | undefined {
  const path = `${key}.allowed_hosts`;
  for (const [index, entry] of reading.texts(path).entries()) {
    if (/^(\*\.)?[a-z0-9.-]+$|^\[[0-9a-f:.]+\]$/i.test(entry) || isDirectory(entry)) continue;
    const message =
      "expected the name or address of a host without port, *. and a domain, or a directory as file:///path";
    const found = reading.quoted(`${path}[${index}]`);
    reading.error("value-invalid", `${path}[${index}]`, `${message}, found ${found}`);
  }
  return listOf(path, reading);
}

function readMirrors(reading: Reading): readonly string[] {
  const path = `${key}.mirrors`;
  return reading.texts(path).map((entry, index) => {
    const isWeb = /^https?:\/\/[^/?#@]+(\/[^?#]*)?$/i.test(entry) && URL.canParse(entry);
    if (isWeb || isDirectory(entry)) return entry;
    const message =
      "expected the beginning of an address with https or http and without a question mark, or a directory as file:///path";
    const found = reading.quoted(`${path}[${index}]`);
    reading.error("value-invalid", `${path}[${index}]`, `${message}, found ${found}`);
    return entry;
  });
}

function isDirectory(entry: string): boolean {
  return /^file:\/\/\/[^?#]+$/.test(entry) && URL.canParse(entry);
}

function readLowest(reading: Reading): string | undefined {
  const path = `${key}.lowest_version`;
  const version = reading.text(path);
  if (version === undefined || readVersion(version) !== undefined) return version;
  const message = `expected a version as 1.2.3, found ${reading.quoted(path)}`;
  reading.error("value-invalid", path, message);
  return version;
}
