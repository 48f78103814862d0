import { isFromOutside, messageOf, SupervisorError } from "../errors.ts";
import { openLog } from "../supervisor/log/log.ts";
import { formatProblem } from "../supervisor/settings/read/read-settings.ts";
import type { Problem } from "../supervisor/settings/file/problem.ts";
import type { Lead } from "../supervisor/lease/stand-by.ts";
import type { Settings } from "../supervisor/settings/settings.ts";
import { startSupervisor, type Supervisor } from "../supervisor/supervisor.ts";
import { exitCode } from "./exit.ts";
import { copiesDirectory, fileCopies } from "../sources/kept-copies.ts";
import { readWithSources } from "../supervisor/settings/read/read-with-sources.ts";
import { type WithHost, hostAsker } from "./with-host.ts";
import type { CliSurroundings } from "./surroundings.ts";
import { followSettings } from "./follow-settings.ts";
import { takeSignals, untilAsked } from "./signals.ts";
import { sameLease, standBy } from "./stand-by.ts";

const flushTimeoutMs = 500;

/** Runs the supervisor until a signal ends it. */
export async function run(file: string, surroundings: CliSurroundings): Promise<void> {
  const signals = takeSignals();
  const { environment, workingDirectory, version, terminal } = surroundings;
  const copies = fileCopies(copiesDirectory(environment));
  // An agent with yesterday's layer is better than none; a change that is made to a running one waits for the file.
  const place = { environment, workingDirectory, copyOf: copies.of };
  const read = await readWithSources(file, place);
  const { problems } = read;
  if (read.settings === undefined) {
    refuse(problems, surroundings);
    return;
  }
  const askHost = hostAsker(environment);
  const first = await askHost(read.settings);
  const { log, agentLines, tap, flushed, reopen } = openLog(
    first.settings.log,
    terminal,
    environment.get("JOURNAL_STREAM"),
  );
  const waiting = { environment, version, log, terminal, signals, reopen };
  const turn = await standBy(first.settings, waiting);
  if (turn === undefined) return end(flushed, exitCode.stopped);
  const { lead } = turn;
  // What was read before somebody else led may be old by now; where that is wrong, it has to do.
  const newest = async (): Promise<WithHost> => {
    const again = await readWithSources(file, place);
    if (again.settings !== undefined) return askHost(again.settings);
    for (const problem of again.problems) log.warn(formatProblem(problem));
    return first;
  };
  const { settings, notes } = lead.waited ? await newest() : first;
  if (turn.stopped() || !sameLease(first.settings, settings)) {
    if (!turn.stopped()) log.error("the settings name another lease by now, this process ends");
    await lead.giveBack();
    return end(flushed, turn.stopped() ? exitCode.stopped : exitCode.couldNotRun);
  }
  const surrounded = { environment, workingDirectory, version, log, agentLines, tap };
  const supervisor = await tryStart(settings, surrounded, lead);
  for (const note of [...read.notes, ...notes]) log.warn(note);
  for (const { path, line, message } of problems) log.warn({ file, line, key: path }, message);
  void lead.lost.then((reason) => {
    log.fatal({ reason }, "the lease is lost, this supervisor ends");
    // No goodbye to anybody: whoever has the lease now may have begun.
    supervisor.abandon();
    process.exit(exitCode.couldNotRun);
  });
  guard(
    supervisor,
    (reason) => log.fatal({ reason }, "internal error"),
    (reason) =>
      log.error({ reason }, "the system failed where nobody expected it, the agent goes on"),
  );
  const told = (signal: string): void => log.info({ signal }, "signal received");
  const follower = followSettings(settings, {
    ...{ file, surroundings, askHost, log, keepCopies: copies.keep },
    take: (next) => supervisor.readAgain(next),
  });
  await untilAsked(signals, supervisor, {
    ...{ terminal, told },
    hungUp: () => {
      // Whatever is wrong with the settings: who moves log files away counts on it.
      reopen();
      told("SIGHUP");
      follower.readAgain();
    },
    leaving: follower.end,
  });
  await lead.giveBack();
  return end(flushed, exitCode.stopped);
}

async function end(flushed: () => Promise<unknown>, code: number): Promise<void> {
  // A slow reader of the output gets the last lines; one that does not read at all is not waited for.
  await Promise.race([flushed(), new Promise((resolve) => setTimeout(resolve, flushTimeoutMs))]);
  process.exitCode = code;
  // Nothing of ours is left to wait for; a library's idle socket shall not hold the process.
  process.exit();
}

function refuse(problems: readonly Problem[], { err }: CliSurroundings): void {
  for (const problem of problems) err(`${formatProblem(problem)}\n`);
  // What could not be reached may be reached by the next start, which systemd makes after this code.
  const passes = problems
    .filter(({ severity }) => severity === "error")
    .every(({ code }) => code === "source-unreachable");
  process.exitCode = passes ? exitCode.couldNotRun : exitCode.badInput;
}

async function tryStart(
  settings: Settings,
  surroundings: Parameters<typeof startSupervisor>[1],
  lead: Lead,
): Promise<Supervisor> {
  try {
    return startSupervisor(settings, surroundings);
  } catch (error) {
    await lead.giveBack();
    // The log has it. The command line shows it too, for a person who has started it by hand.
    throw error instanceof SupervisorError
      ? error
      : new SupervisorError("internal", error instanceof Error ? error.message : String(error), {
          cause: error,
        });
  }
}

/**
 * A fault of ours must not leave an agent without its supervisor. What the system says to somebody who did not listen is
 * no fault of that kind: the state changes by facts only, so nothing of it is half done.
 */
function guard(
  supervisor: Supervisor,
  tell: (reason: string) => void,
  goOn: (reason: string) => void,
): void {
  const die = (error: unknown): void => {
    if (isFromOutside(error)) {
      goOn(messageOf(error));
      return;
    }
    tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
    supervisor.abandon();
    process.exit(exitCode.ourFault);
  };
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
}
