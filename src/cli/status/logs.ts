import { join } from "node:path";
import { messageOf } from "../../errors.ts";
import type { Settings } from "../../supervisor/settings/settings.ts";
import { exitCode } from "../exit.ts";
import { type LogFile, openLogFile } from "./log-file.ts";
import {
  type LogRecord,
  type LogWriter,
  type RecordReader,
  createRecordReader,
  recordText,
} from "./shown-records.ts";
import { paintFor } from "../screen-text.ts";
import { settingsToAsk } from "../settings-of.ts";
import type { CliSurroundings } from "../surroundings.ts";
import { untilInterrupted } from "./until-interrupted.ts";

/** What the command line asks. */
export interface LogsOptions {
  readonly config: string;
  readonly follow: boolean;
  /** As it was typed. */
  readonly lines: string;
}

/** A file and how its lines are read. */
interface Source {
  readonly file: LogFile;
  readonly read: RecordReader;
}

const mostLines = 100_000;

/** Shows both logs, merged by time; gives back the exit code. */
export async function logs(options: LogsOptions, surroundings: CliSurroundings): Promise<number> {
  const { out, err, terminal, environment } = surroundings;
  const wanted = Number(options.lines);
  if (
    options.lines.trim() === "" ||
    !Number.isInteger(wanted) ||
    wanted < 0 ||
    wanted > mostLines
  ) {
    err(`expected --lines with a number from 0 to ${mostLines}, found ${options.lines}\n`);
    return exitCode.badInput;
  }
  const settings = await settingsToAsk(options.config, surroundings);
  if (settings === undefined) return exitCode.badInput;
  for (const note of notes(settings)) err(`${note}\n`);
  const paint = paintFor(terminal, environment);
  const print = (records: readonly LogRecord[]): void => {
    if (records.length > 0) out(records.map((record) => recordText(record, paint)).join(""));
  };
  const sources = logFiles(settings).flatMap(([who, path]) => opened(who, path, err));
  // Nothing would ever come.
  if (sources.length === 0) return exitCode.couldNotRun;
  try {
    const last = byTime(sources.map((source) => recordsOf(source, source.file.last(wanted))));
    print(wanted === 0 ? [] : last.slice(-wanted));
    if (options.follow) await follow(sources, print);
    return exitCode.stopped;
  } finally {
    for (const { file } of sources) file.close();
  }
}

/** Which files there are to read, by what the settings say. */
function logFiles({ agent, storage, log }: Settings): readonly (readonly [LogWriter, string])[] {
  const own = log.outputPaths.filter((path) => path !== "stdout" && path !== "stderr");
  const agents =
    agent.attach === undefined && !agent.passthroughLogs
      ? [["agent", join(storage.directory, "agent.log")] as const]
      : [];
  return [...agents, ...own.map((path) => ["supervisor", path] as const)];
}

/** Where to look for what is in no file. */
function notes({ agent, log }: Settings): readonly string[] {
  const toFile = log.outputPaths.some((path) => path !== "stdout" && path !== "stderr");
  const where = log.outputPaths.filter((path) => path === "stdout" || path === "stderr");
  return [
    ...(toFile
      ? []
      : [
          `the supervisor's own log goes to ${where.join(" and ")} only: look where that ends up (journalctl -u opampsupervisor, docker logs, kubectl logs), or name a file in telemetry.logs.output_paths`,
        ]),
    ...(agent.attach === undefined
      ? []
      : [
          "the agent is started by somebody else: its log is where its own unit or container has it",
        ]),
    ...(agent.passthroughLogs
      ? ["the agent's lines are in the supervisor's log (agent.passthrough_logs)"]
      : []),
  ];
}

function opened(who: LogWriter, path: string, err: (text: string) => void): readonly Source[] {
  try {
    const file = openLogFile(path);
    return [{ file, read: createRecordReader(who) }];
  } catch (error) {
    err(`${path} cannot be read: ${messageOf(error)}\n`);
    return [];
  }
}

function recordsOf({ file, read }: Source, lines: readonly string[]): readonly LogRecord[] {
  return read(lines, file.writtenAt() ?? 0);
}

/** Stable: lines of one log stay in their order, and so do the lines below a record. */
function byTime(logs: readonly (readonly LogRecord[])[]): readonly LogRecord[] {
  return logs.flat().toSorted((a, b) => a.at - b.at);
}

const everyMs = 250;

/** A reader that does not keep up is waited for: nothing piles up here. */
async function follow(
  sources: readonly Source[],
  print: (records: readonly LogRecord[]) => void,
): Promise<void> {
  await untilInterrupted(everyMs, () => {
    if (process.stdout.writableNeedDrain) return;
    print(byTime(sources.map((source) => recordsOf(source, moreOf(source.file)))));
  });
}

/** What cannot be read at this moment may be at the next. */
function moreOf(file: LogFile): readonly string[] {
  try {
    return file.more();
  } catch {
    // Being replaced, or out of descriptors.
    return [];
  }
}
