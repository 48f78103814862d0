import { readAccess } from "../../kubernetes/access.ts";
import { createApiClient } from "../../kubernetes/api-client.ts";
import { redact } from "../../redact.ts";
import type { Contender } from "../core/lease/contend.ts";
import { leaseTerms } from "../core/lease/lease-terms.ts";
import { startHealthPage } from "../health-page/start-health-page.ts";
import { systemClock } from "../inputs/clocks.ts";
import type { Logger } from "../log/log.ts";
import { waitingNews } from "../notify/notify-words.ts";
import { connectManager } from "../notify/start-notify.ts";
import type { KubernetesSettings, Settings } from "../settings/settings.ts";
import { contenderName } from "./contender-name.ts";
import { leaseRequests } from "./lease-requests.ts";
import { startLeaseLoop } from "./lease-loop.ts";
import { standByAnswer, standByText } from "./stand-by-answers.ts";

/** The right to lead, for as long as nothing is heard of `lost`. */
export interface Lead {
  /** True where somebody else led first. */
  readonly waited: boolean;
  /** Resolves with the reason; nothing may be done after that. */
  readonly lost: Promise<string>;
  readonly giveBack: () => Promise<void>;
}

/** What surrounds a supervisor that waits. */
export interface StandBySurroundings {
  readonly environment: ReadonlyMap<string, string>;
  readonly version: string;
  readonly log: Logger;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** Waits until this supervisor leads, and answers probes until then; undefined where the signal came first. */
export async function waitToLead(
  settings: Settings,
  kubernetes: KubernetesSettings,
  { environment, version, log, signal }: StandBySurroundings,
): Promise<Lead | undefined> {
  const { namespace, lease: name, leaseMs: durationMs } = kubernetes;
  const terms = leaseTerms(durationMs);
  const me = contenderName(environment);
  const lease = `${namespace}/${name}`;
  const client = createApiClient(() => readAccess(kubernetes, environment), {
    ...{ timeoutMs: terms.answerMs, idleMs: terms.answerMs },
  });
  const requests = leaseRequests(client, { namespace, name, me, durationMs }, systemClock.wall);
  const led = deferred<undefined>();
  const lost = deferred<string>();
  let waited = false;
  const changed = (before: Contender, after: Contender): void => {
    tellOf(log, lease, before, after);
    manager.settled();
    const { role } = after;
    if (role.is === "waiting" && typeof after.seen === "object") waited ||= isOther(after);
    if (role.is === "leading") led.resolve(undefined);
    if (role.is === "lost") lost.resolve(redact(role.why));
  };
  log.info({ version, lease, as: me }, "looking for the lease of the workload");
  const loop = startLeaseLoop(requests, { me, terms }, systemClock.now, changed);
  const giveBack = async (): Promise<void> => {
    await loop.giveBack();
    client.close();
  };
  const manager = connectManager(environment, {
    ...{ log, now: systemClock.now, turn: () => manager.settled() },
    news: (told) => waitingNews(told, standByText(loop.state())),
  });
  const closePage = startHealthPage(
    settings.healthPage,
    {
      ...{ version, metrics: () => [], resource: settings.telemetry.resource },
      answer: (path) => standByAnswer(path, loop.state()),
    },
    log,
  );
  await Promise.race([led.promise, aborted(signal)]);
  closePage();
  manager.end();
  if (!signal.aborted) return { waited, lost: lost.promise, giveBack };
  await giveBack();
  return undefined;
}

function isOther({ seen, me }: Contender): boolean {
  return typeof seen === "object" && seen.lease.holder !== "" && seen.lease.holder !== me;
}

function holderIn({ seen }: Contender): string {
  return typeof seen === "object" ? seen.lease.holder : "";
}

function tellOf(log: Logger, lease: string, before: Contender, after: Contender): void {
  const { role, trouble } = after;
  const holder = holderIn(after);
  if (role.is === "waiting" && isOther(after) && holder !== holderIn(before)) {
    log.info({ lease, holder }, "another supervisor leads, this one stands by");
  }
  if (role.is === "leading" && before.role.is === "waiting") {
    log.info({ lease, as: after.me }, "the lease is ours, this supervisor leads");
  }
  if (trouble !== undefined && trouble !== before.trouble) {
    const what =
      role.is === "leading" ? "the lease cannot be renewed" : "the lease cannot be asked for";
    log.warn({ lease, reason: redact(trouble) }, what);
  }
  if (trouble === undefined && before.trouble !== undefined) {
    log.info({ lease }, "the lease can be seen again");
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener("abort", resolve, { once: true });
  });
}

function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
