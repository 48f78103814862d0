import { resolve } from "node:path";
import type { ServerSettings } from "../settings.ts";
import { findExecutable, findReadable } from "./files.ts";
import { faultOfHeaderName, faultOfHeaderValue } from "../../../net/header.ts";
import type { Reading } from "./reading.ts";

type HeaderSettings = Pick<
  ServerSettings,
  "headers" | "headerFiles" | "headerCommands" | "headerCommandIntervalMs"
>;

/** `server.headers`, and those whose values a file or a command has. */
export function readHeaders(reading: Reading): HeaderSettings {
  const headers = reading.textsMap("server.headers");
  const files = reading.textMap("server.header_files");
  const headerCommands = reading.textsMap("server.header_commands");
  checkNames(reading, { headers, header_files: files, header_commands: headerCommands });
  checkValues(reading, headers);
  for (const name of files.keys()) checkFile(name, reading);
  for (const [name, command] of headerCommands) checkCommand(name, command, reading);
  const { workingDirectory } = reading.sources;
  return {
    headers,
    headerFiles: new Map([...files].map(([name, file]) => [name, resolve(workingDirectory, file)])),
    headerCommands,
    headerCommandIntervalMs: reading.number("server.header_command_interval") ?? 0,
  };
}

function checkNames(
  reading: Reading,
  maps: Readonly<Record<string, ReadonlyMap<string, unknown>>>,
): void {
  const seen = new Map<string, string>();
  for (const [key, names] of Object.entries(maps)) {
    for (const name of names.keys()) {
      const path = `server.${key}.${name}`;
      const fault = faultOfHeaderName(name);
      if (fault !== undefined) reading.error("value-invalid", path, fault);
      const other = seen.get(name.toLowerCase());
      if (other !== undefined && other !== key) {
        const message = `expected one source of each header, found this one in server.${other} too: remove one`;
        reading.error("value-invalid", path, message);
      }
      seen.set(name.toLowerCase(), key);
    }
  }
}

// A header that the sender would refuse makes every connection fail, with a message that names no place.
function checkValues(reading: Reading, headers: ReadonlyMap<string, readonly string[]>): void {
  for (const [name, values] of headers) {
    for (const fault of new Set(values.map(faultOfHeaderValue))) {
      if (fault !== undefined) reading.error("value-invalid", `server.headers.${name}`, fault);
    }
  }
}

// One text with spaces is no program: it would be named in messages, with arguments that may be secret.
function checkCommand(name: string, command: readonly string[], reading: Reading): void {
  const [program = "", ...args] = command;
  const isOneText = args.length === 0 && /\s/.test(program);
  const isThere = (): boolean => findExecutable(program, "", reading.sources).is === "found";
  if (program !== "" && (!isOneText || isThere())) return;
  const found = program === "" ? "none" : "one text with spaces";
  const message = `expected a list of a program and its arguments, found ${found}`;
  reading.error("value-invalid", `server.header_commands.${name}`, message);
}

// Whoever writes it may start later than we do: a warning, and each connection looks again.
function checkFile(name: string, reading: Reading): void {
  const path = `server.header_files.${name}`;
  const file = reading.textMap("server.header_files").get(name) ?? "";
  if (file === "") {
    reading.error("value-invalid", path, "expected the path of a file, found nothing");
    return;
  }
  const found = findReadable(file, reading.quoted(path), reading.sources);
  if (found.is === "found") return;
  const message = `${found.message}: there is no connection before it is there`;
  reading.warn(found.code, path, message);
}
