import { closeSync, openSync } from "node:fs";
import type { Supervisor } from "../supervisor/supervisor.ts";
import { exitCode } from "./exit.ts";

/** The signals of this process; there is one who takes them. */
export interface Signals {
  /** From now on each goes there, also a SIGHUP that came before. */
  readonly handTo: (take: (signal: NodeJS.Signals) => void) => void;
}

/** What comes with signals beside the end. */
interface Asked {
  readonly terminal: boolean;
  readonly told: (signal: string) => void;
  readonly hungUp: () => void;
  /** Called before the end begins. */
  readonly leaving: () => void;
}

/** SIGQUIT and SIGPWR are how some managers of containers ask for an end, or a person at a terminal by Ctrl-\. */
const taken = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGPWR", "SIGHUP", "SIGUSR2"] as const;

/**
 * Takes the signals from the start on. To fetch the settings may take a while: nothing runs yet, so who asks for an end
 * gets it at once, also as the first process of a container, which the kernel would not end; a SIGHUP waits.
 */
export function takeSignals(): Signals {
  let hungUp = false;
  let take = (signal: NodeJS.Signals): void => {
    if (signal !== "SIGHUP") process.exit(exitCode.stopped);
    hungUp = true;
  };
  // Would open Node's debugger to every user of this machine.
  process.on("SIGUSR1", () => undefined);
  for (const name of taken) process.on(name, (signal) => take(signal));
  return {
    handTo: (next) => {
      take = next;
      if (hungUp) next("SIGHUP");
    },
  };
}

/** Resolves when a signal has ended the supervisor, or has had it hand its agent over. */
export async function untilAsked(
  signals: Signals,
  supervisor: Supervisor,
  { terminal, told, hungUp, leaving }: Asked,
): Promise<void> {
  await new Promise<void>((resolve) => {
    let way: "stop" | "hand-over" | undefined;
    const leave = (next: "stop" | "hand-over"): void => {
      way = next;
      leaving();
      void (next === "stop" ? supervisor.stop() : supervisor.handOver()).then(resolve);
    };
    const end = (signal: NodeJS.Signals): void => {
      told(signal);
      if (way === undefined) return leave("stop");
      if (way === "stop") supervisor.stopNow();
      else supervisor.abandon();
      process.exit(exitCode.couldNotRun);
    };
    signals.handTo((signal) => {
      // A terminal that is closed says so with the same signal.
      if (signal === "SIGHUP" && (!terminal || terminalIsThere())) return hungUp();
      if (signal !== "SIGUSR2") return end(signal);
      if (way !== undefined) return;
      told(signal);
      leave("hand-over");
    });
  });
}

/** False where the terminal that this process was started in is gone: SIGHUP says that too. */
export function terminalIsThere(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    // Closed.
    return false;
  }
}
