import { redact } from "../../../../redact.ts";
import { type PackageList, packageList } from "../package-answers.ts";
import type { CoreSettings } from "../../state/core-settings.ts";
import type { State } from "../../state/state.ts";
import type { Instant } from "../../state/time.ts";
import { type AgentStatus, agentStatus } from "./agent-status.ts";
import { type CertificateStatus, type FileCertificate, certificates } from "./certificates.ts";
import { type ConfigurationStatus, configurationStatus } from "./configuration-status.ts";
import { type Health, healthOf } from "./health-words.ts";
import {
  type OfferStatusLine,
  type QuarantineLine,
  type WaitingOffer,
  pastOffers,
  quarantine,
  waitingOffer,
} from "./offer-lines.ts";
import { type ServerStatus, serverStatus } from "./server-status.ts";
import { type StatusMoment, dateOf, isoTime, secondsSince } from "./status-time.ts";

/** What a person is told who asks how things are; docs/status.md has each field. What is not known is null. */
export interface StatusAnswer {
  /** Grows when a field changes its meaning or goes. */
  readonly schema: 1;
  /** The moment of the answer; all times are ISO 8601 in UTC. */
  readonly at: string;
  readonly health: Health;
  readonly supervisor: {
    readonly version: string;
    readonly pid: number;
    readonly instanceId: string;
    readonly startedAt: string;
    readonly uptimeSeconds: number;
    /** Why what must outlive it cannot be written. */
    readonly storageProblem: string | null;
  };
  readonly agent: AgentStatus;
  readonly server: ServerStatus;
  readonly configuration: ConfigurationStatus;
  /** Newest first. */
  readonly offers: readonly OfferStatusLine[];
  /** The offer that waits for its turn. */
  readonly waiting: WaitingOffer | null;
  readonly quarantine: readonly QuarantineLine[];
  readonly packages: PackagesStatus;
  readonly certificates: readonly CertificateStatus[];
  readonly paths: StatusPaths;
}

/** Versions of the agent and of add-ons. */
export interface PackagesStatus extends Omit<PackageList, "rollsBackTo" | "offered"> {
  readonly rollsBackTo: PackageList["runs"] | null;
  readonly offered: readonly {
    readonly name: string;
    readonly version: string;
    readonly state: string;
    readonly reason: string | null;
  }[];
}

/** Where things lie on this machine. */
export interface StatusPaths {
  readonly settings: string;
  readonly storage: string;
  readonly effectiveConfig: string;
  /** Null where the agent's output goes through the supervisor's log, and where somebody else starts it. */
  readonly agentLog: string | null;
  /** `stdout`, `stderr` or files. */
  readonly supervisorLogs: readonly string[];
}

/** What the state does not know of the process and its machine. */
export interface StatusHost {
  readonly version: string;
  readonly pid: number;
  readonly begunAt: Instant;
  /** The endpoint in supervisor.yaml. */
  readonly endpoint: string;
  readonly paths: StatusPaths;
  readonly certificates: readonly FileCertificate[];
}

/** Everything at one moment; nothing secret is in it. */
export function statusAnswer(
  state: State,
  core: CoreSettings,
  now: StatusMoment,
  host: StatusHost,
): StatusAnswer {
  const { version, pid, begunAt } = host;
  const answer: StatusAnswer = {
    schema: 1,
    at: isoTime(now.wall),
    health: healthOf(state, core, now),
    supervisor: {
      ...{ version, pid, instanceId: state.identity.uid },
      startedAt: dateOf(state.clock, begunAt),
      uptimeSeconds: secondsSince(begunAt, now),
      storageProblem: state.storage.problem ?? null,
    },
    agent: agentStatus(state, core, now),
    server: serverStatus(state, host.endpoint, now),
    configuration: configurationStatus(state, now),
    offers: pastOffers(state, now),
    waiting: waitingOffer(state, now),
    quarantine: quarantine(state, now),
    packages: packagesStatus(packageList(state, core)),
    certificates: certificates(state, host.certificates, now.wall),
    paths: host.paths,
  };
  return withoutSecrets(answer) as StatusAnswer;
}

function packagesStatus({ rollsBackTo, offered, ...rest }: PackageList): PackagesStatus {
  return {
    ...rest,
    rollsBackTo: rollsBackTo ?? null,
    offered: offered.map((one) => ({ ...one, reason: one.reason ?? null })),
  };
}

/** Reasons quote what others wrote: whatever looks like a secret or a name in front of a host is taken out here too. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value === "string") return redact(value).replace(/(\/\/)[^\s/@"']+@/g, "$1");
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecrets(one)]));
}
