import { isDeepStrictEqual } from "node:util";
import type { Lead } from "../supervisor/lease/stand-by.ts";
import type { Logger } from "../supervisor/log/log.ts";
import type { KubernetesSettings, Settings } from "../supervisor/settings/settings.ts";
import { type Signals, terminalIsThere } from "./signals.ts";

/** What a supervisor that waits has. */
interface Waiting {
  readonly environment: ReadonlyMap<string, string>;
  readonly version: string;
  readonly log: Logger;
  readonly terminal: boolean;
  readonly signals: Signals;
  /** Opens the log's file anew. */
  readonly reopen: () => void;
}

/** A supervisor that may run. */
export interface Turn {
  readonly lead: Lead;
  /** Whether a signal has come that ends it, up to now. */
  readonly stopped: () => boolean;
}

/** Where nobody else could lead. */
const always: Turn = {
  lead: { waited: false, lost: new Promise(() => undefined), giveBack: () => Promise.resolve() },
  stopped: () => false,
};

/**
 * Waits until this supervisor may run: that is at once, but where there may be several for one workload. Undefined where a
 * signal came first.
 */
export async function standBy(settings: Settings, waiting: Waiting): Promise<Turn | undefined> {
  const kubernetes = leaseOf(settings);
  if (kubernetes === undefined) return always;
  const signal = untilStopped(waiting);
  // A supervisor of a process does not pay for it.
  const { waitToLead } = await import("../supervisor/lease/stand-by.ts");
  const lead = await waitToLead(settings, kubernetes, { ...waiting, signal });
  return lead && { lead, stopped: () => signal.aborted };
}

/** True where settings that were read again speak of the same lease: else this process has waited for another one. */
export function sameLease(before: Settings, after: Settings): boolean {
  return isDeepStrictEqual(placeOf(leaseOf(before)), placeOf(leaseOf(after)));
}

function leaseOf({ agent }: Settings): KubernetesSettings | undefined {
  return agent.attach?.kubernetes;
}

function placeOf(kubernetes: KubernetesSettings | undefined): readonly unknown[] {
  const { endpoint, namespace, lease, leaseMs } = kubernetes ?? {};
  return [endpoint, namespace, lease, leaseMs];
}

/** Aborts when a signal asks for the end. */
function untilStopped({ log, terminal, signals, reopen }: Waiting): AbortSignal {
  const stop = new AbortController();
  signals.handTo((signal) => {
    log.info({ signal }, "signal received");
    // The settings are read again when it leads.
    if (signal === "SIGHUP" && (!terminal || terminalIsThere())) reopen();
    else stop.abort();
  });
  return stop.signal;
}
