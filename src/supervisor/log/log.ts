import { fstatSync } from "node:fs";
import { type Logger, pino } from "pino";
import type { OutputSink } from "../../agent/output/line-reader.ts";
import { SupervisorError } from "../../errors.ts";
import { openToAppend } from "../../files/append-file.ts";
import { writeFault } from "../../files/write-fault.ts";
import { createAgentLines } from "./agent-lines.ts";
import { type Destination, openDestination, openFileDestination } from "./log-destination.ts";
import type { LogFileNews } from "./log-file.ts";
import { cleaned, forJournal, readable } from "./format-line.ts";
import type { LogSettings } from "../settings/settings.ts";

export type { Logger } from "pino";

/** The program's log: JSON lines, or readable ones where that is asked for or a terminal or systemd's journal looks on. */
interface Log {
  readonly log: Logger;
  /** Takes one output of the agent's, which becomes records of this log. */
  readonly agentLines: () => OutputSink;
  /** Has each line of our own, without secrets, given to a function too. */
  readonly tap: (take: (line: string) => void) => void;
  /** Goes on in new files, where somebody has moved the ones that are open away. */
  readonly reopen: () => void;
  /** Resolves when all has been written; never for an output that nobody reads. */
  readonly flushed: () => Promise<void>;
}

/** Opens every output that the settings name. `journalStream`: what systemd says of an output that goes to its journal. */
export function openLog(settings: LogSettings, terminal: boolean, journalStream = ""): Log {
  const outputs = settings.outputPaths.map((path) =>
    openOutput(
      path,
      settings,
      { terminal, journalStream },
      {
        dropped: (lines) =>
          log.warn({ output: path, lines }, "lines of the log were dropped: this output took none"),
        kept: (reason) => log.warn({ output: path, reason }, "there is no new log file"),
      },
    ),
  );
  const write = (lines: string): void => {
    for (const output of outputs) output.write(lines);
  };
  let readAlong: ((line: string) => void) | undefined;
  const log = pino(
    {
      level: settings.level,
      base: null,
      messageKey: "msg",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: wholeTimes },
    },
    // The one place where what leaves by the log is cleaned of secrets; what the agent says is cleaned on its own way.
    {
      write: (line) => {
        const clean = cleaned(line);
        write(clean);
        readAlong?.(clean);
      },
    },
  );
  const agentOut = {
    write,
    full: () => outputs.every((output) => output.full()),
    drop: (lines: number) => {
      for (const output of outputs) output.drop(lines);
    },
  };
  return {
    log,
    tap: (take) => {
      readAlong = take;
    },
    agentLines: () => createAgentLines(log.level as LogSettings["level"], agentOut),
    reopen: () => {
      for (const output of outputs) output.reopen();
    },
    flushed: async () => {
      await Promise.all(outputs.map((output) => output.flushed()));
    },
  };
}

/** Times come from clocks and chance; nobody reads parts of a millisecond. */
function wholeTimes(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => {
    const whole = typeof value === "number" && name.endsWith("Ms") ? Math.round(value) : value;
    return [name, whole] as const;
  });
  return Object.fromEntries(entries);
}

function openOutput(
  path: string,
  { encoding, rotation }: LogSettings,
  { terminal, journalStream }: { readonly terminal: boolean; readonly journalStream: string },
  news: LogFileNews,
): Destination {
  const file = descriptorOf(path);
  const destination =
    file <= 2
      ? openDestination(file, news.dropped)
      : openFileDestination(path, file, rotation, news);
  if (isJournal(file, journalStream))
    return shownBy(destination, (line) => forJournal(line, encoding === "json"));
  const forPeople = encoding === "console" || (encoding === undefined && terminal && file <= 2);
  return forPeople ? shownBy(destination, readable) : destination;
}

function shownBy(destination: Destination, show: (line: string) => string): Destination {
  return {
    ...destination,
    write: (lines) => destination.write(lines.trimEnd().split("\n").map(show).join("")),
  };
}

/** systemd names the device and the inode of what it connects with its journal, because an output may have been redirected since. */
function isJournal(file: number, journalStream: string): boolean {
  if (journalStream === "" || file > 2) return false;
  const { dev, ino } = fstatSync(file);
  return journalStream === `${dev}:${ino}`;
}

function descriptorOf(path: string): number {
  if (path === "stdout") return 1;
  if (path === "stderr") return 2;
  try {
    return openToAppend(path, 0o600);
  } catch (error) {
    const message = `${writeFault(path, error)} (telemetry.logs.output_paths)`;
    throw new SupervisorError("settings-invalid", message, { cause: error });
  }
}
