import { resolve, basename, isAbsolute } from "node:path";
import type { AttachSettings } from "../settings.ts";
import { attachKeys } from "../keys/known-keys.ts";
import type { Reading } from "./reading.ts";

/** Keys of an agent that we start, with why they mean nothing for one that somebody else starts. */
const idleKeys: readonly (readonly [string, string])[] = [
  ["agent.args", "the agent is started by somebody else: they are used to validate only"],
  ["agent.env", "the agent is started by somebody else: it is used to validate only"],
  ["agent.passthrough_logs", "the agent's output belongs to who starts it"],
  ["agent.collector_crash_log_snippet_kib", "the agent's output belongs to who starts it"],
];

/** `agent.attach`, or undefined where the agent is our own child. */
export function readAttach(reading: Reading): AttachSettings | undefined {
  if (reading.text("agent.mode") !== "attach") {
    warnOfNoAttach(reading);
    return undefined;
  }
  warnOfIdleKeys(reading);
  const find = reading.text("agent.attach.find") === "health" ? "health" : "process";
  const reloadCommand = reading.texts("agent.attach.reload_command");
  const restartCommand = reading.texts("agent.attach.restart_command");
  const mayEnd = readMayEnd(restartCommand, find, reading);
  checkReload(mayEnd, reading);
  if (find === "health" && reloadCommand.length === 0) {
    const message = "expected a command: a process that is not seen cannot be sent SIGHUP";
    reading.error("key-missing", "agent.attach.reload_command", message);
  }
  return {
    configPath: readPath(reading),
    configMode: readMode(reading),
    find,
    executable: find === "health" ? "" : readName(reading),
    reloadCommand,
    restartCommand,
    mayEnd,
  };
}

/** The keys of `agent.attach` say nothing with another mode. */
export function warnOfNoAttach(reading: Reading): void {
  for (const path of Object.keys(attachKeys).map((key) => `agent.attach.${key}`)) {
    if (reading.written(path)) reading.warn("not-acted-on", path, "agent.mode is not attach");
  }
}

function warnOfIdleKeys(reading: Reading): void {
  for (const [path, because] of idleKeys) {
    const asks = reading.flag(path) || (reading.number(path) ?? 0) > 0;
    const some = reading.texts(path).length > 0 || reading.textMap(path).size > 0;
    if (asks || some) reading.warn("not-acted-on", path, because);
  }
}

function readMayEnd(
  restartCommand: readonly string[],
  find: AttachSettings["find"],
  reading: Reading,
): boolean {
  const signal = reading.text("agent.attach.restart") === "signal";
  if (signal && (find === "health" || restartCommand.length > 0)) {
    const found = find === "health" ? "find: health" : "restart_command";
    const message = `expected refuse beside ${found}: one way to restart is enough`;
    reading.error("value-invalid", "agent.attach.restart", message);
  }
  const mayEnd = signal || restartCommand.length > 0;
  if (!mayEnd && reading.flag("capabilities.accepts_restart_command")) {
    const message = "not offered to the server: agent.attach has no way to restart the agent";
    reading.warn("not-acted-on", "capabilities.accepts_restart_command", message);
  }
  return mayEnd;
}

function checkReload(mayEnd: boolean, reading: Reading): void {
  if (mayEnd || reading.text("agent.reload") !== "restart") return;
  const message = "expected auto, or agent.attach.restart: signal: the agent may not be restarted";
  reading.error("value-invalid", "agent.reload", message);
}

function readPath({ sources, text }: Reading): string | undefined {
  const written = text("agent.attach.config_path");
  return written === undefined ? undefined : resolve(sources.workingDirectory, written);
}

function readMode(reading: Reading): number {
  const path = "agent.attach.config_mode";
  const written = reading.text(path) ?? "";
  const mode = /^0?[0-7]{3}$/.test(written) ? Number.parseInt(written, 8) : 0;
  if ((mode & 0o400) !== 0 && (mode & 0o133) === 0) return mode;
  const expected = 'expected a mode that only we may write, in quotes, such as "0640" or "0644"';
  reading.error("value-invalid", path, `${expected}, found ${reading.quoted(path)}`);
  return 0o640;
}

function readName(reading: Reading): string {
  const path = "agent.attach.executable";
  const written = reading.text(path);
  if (written === undefined) {
    const name = basename(reading.text("agent.executable") ?? "");
    if (name !== "") return name;
    const message =
      "expected the name of the agent's program: its process is looked for by it, and agent.executable names none";
    reading.error("key-missing", path, message);
    return "";
  }
  if (!written.includes("/") || isAbsolute(written)) return written;
  const message = `expected a name or an absolute path, found ${reading.quoted(path)}`;
  reading.error("value-invalid", path, message);
  return written;
}
