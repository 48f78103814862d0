import { closeSync, openSync } from "node:fs";
import { resolve } from "node:path";
import { isFromOutside, messageOf, SupervisorError } from "../errors.ts";
import { isSource } from "../sources/source.ts";
import { openLog } from "../supervisor/log/log.ts";
import { formatProblem, type SettingsResult } from "../supervisor/settings/read/read-settings.ts";
import type { Problem } from "../supervisor/settings/file/problem.ts";
import type { Settings } from "../supervisor/settings/settings.ts";
import { startSupervisor, type Supervisor } from "../supervisor/supervisor.ts";
import { exitCode } from "./exit.ts";
import { readWithSources } from "../supervisor/settings/read/read-with-sources.ts";
import { hostAsker } from "./with-host.ts";
import type { CliSurroundings } from "./surroundings.ts";
import { watchMounts } from "./watch-mounts.ts";

const flushTimeoutMs = 500;

/** Runs the supervisor until a signal ends it. */
export async function run(file: string, surroundings: CliSurroundings): Promise<void> {
  const { environment, workingDirectory, version, terminal } = surroundings;
  const read = await readWithSources(file, surroundings);
  const { problems } = read;
  if (read.settings === undefined) {
    refuse(problems, surroundings);
    return;
  }
  const askHost = hostAsker(environment);
  const { settings, notes } = await askHost(read.settings);
  const { log, agentLines, tap, flushed, reopen } = openLog(
    settings.log,
    terminal,
    environment.get("JOURNAL_STREAM"),
  );
  const surrounded = { environment, workingDirectory, version, log, agentLines, tap };
  const supervisor = tryStart(settings, surrounded);
  for (const note of [...read.notes, ...notes]) log.warn(note);
  for (const { path, line, message } of problems) log.warn({ file, line, key: path }, message);
  guard(
    supervisor,
    (reason) => log.fatal({ reason }, "internal error"),
    (reason) =>
      log.error({ reason }, "the system failed where nobody expected it, the agent goes on"),
  );
  const told = (signal: string): void => log.info({ signal }, "signal received");
  let named = filesOf(file, workingDirectory, settings);
  const again = newestOnly(
    (next: SettingsResult) => supervisor.readAgain(next),
    (error) => log.error({ reason: messageOf(error) }, "the settings could not be read again"),
  );
  const readAgain = (): void =>
    again(async () => {
      const next = await readWithSources(file, surroundings);
      const asked = next.settings && (await askHost(next.settings));
      for (const note of [...next.notes, ...(asked?.notes ?? [])]) log.warn(note);
      if (asked !== undefined) named = filesOf(file, workingDirectory, asked.settings);
      return { ...next, settings: asked?.settings };
    });
  const endWatch = watchMounts(
    () => named,
    () => {
      log.info("a mounted ConfigMap or Secret has changed");
      readAgain();
    },
  );
  await stopOnSignal(supervisor, terminal, told, () => {
    // Whatever is wrong with the settings: who moves log files away counts on it.
    reopen();
    told("SIGHUP");
    readAgain();
  });
  endWatch();
  // A slow reader of the output gets the last lines; one that does not read at all is not waited for.
  await Promise.race([flushed(), new Promise((resolve) => setTimeout(resolve, flushTimeoutMs))]);
  process.exitCode = exitCode.stopped;
  // Nothing of ours is left to wait for; a library's idle socket shall not hold the process.
  process.exit();
}

/** What is read again, as far as it may be mounted. */
function filesOf(file: string, workingDirectory: string, { agent }: Settings): readonly string[] {
  const { configFiles, protectedConfigFiles, startupFallbackConfigs } = agent;
  const layers = [...configFiles, ...protectedConfigFiles, ...startupFallbackConfigs];
  const paths = [file, ...layers].filter((path) => !isSource(path));
  return paths.map((path) => resolve(workingDirectory, path.replace(/^file:(\/\/)?/, "")));
}

function refuse(problems: readonly Problem[], { err }: CliSurroundings): void {
  for (const problem of problems) err(`${formatProblem(problem)}\n`);
  // What could not be reached may be reached by the next start, which systemd makes after this code.
  const passes = problems
    .filter(({ severity }) => severity === "error")
    .every(({ code }) => code === "source-unreachable");
  process.exitCode = passes ? exitCode.couldNotRun : exitCode.badInput;
}

/** Of several that are read at a time the one counts that was begun last. */
function newestOnly<T>(
  take: (read: T) => Promise<void>,
  failed: (error: unknown) => void,
): (read: () => Promise<T>) => void {
  let newest = 0;
  return (read) => {
    const number = (newest += 1);
    const taken = async (): Promise<void> => {
      const found = await read();
      if (number === newest) await take(found);
    };
    taken().catch(failed);
  };
}

function tryStart(
  settings: Settings,
  surroundings: Parameters<typeof startSupervisor>[1],
): Supervisor {
  try {
    return startSupervisor(settings, surroundings);
  } catch (error) {
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

async function stopOnSignal(
  supervisor: Supervisor,
  terminal: boolean,
  tell: (signal: string) => void,
  hungUp: () => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    let leaving: "stop" | "hand-over" | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      tell(signal);
      if (leaving !== undefined) {
        if (leaving === "stop") supervisor.stopNow();
        else supervisor.abandon();
        process.exit(exitCode.couldNotRun);
      }
      leaving = "stop";
      void supervisor.stop().then(resolve);
    };
    // Would open Node's debugger to every user of this machine.
    process.on("SIGUSR1", () => undefined);
    process.on("SIGUSR2", (signal) => {
      if (leaving !== undefined) return;
      tell(signal);
      leaving = "hand-over";
      void supervisor.handOver().then(resolve);
    });
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
    process.on("SIGHUP", (signal) => {
      // A terminal that is closed says so with the same signal.
      if (terminal && !terminalIsThere()) return onSignal(signal);
      hungUp();
    });
  });
}

function terminalIsThere(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    // The one that this process was started in is gone.
    return false;
  }
}
