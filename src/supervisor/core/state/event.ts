import type { CustomMessage } from "../../../opamp-client/wire/messages.ts";
import type { ToldLayers } from "../../../agent-config/told/layers-capability.ts";
import type { ExtensionReport } from "./extension-state.ts";
import type { Exit } from "./agent.ts";
import type { RemoteConfig, LocalLayer, BinaryFacts } from "../../../agent-config/config.ts";
import type { Instant, Run, WallTime } from "./time.ts";
import type { MetricsOutcome } from "./data-flow.ts";
import type { Listener } from "./who-answers.ts";
import type { LogLook } from "./log-watch.ts";
import type { FleetView, RolloutOrder } from "./workload.ts";
import type {
  InstalledPackage,
  OfferedPackage,
  PackageProgress,
  PackagesOffer,
} from "./packages.ts";
import type { SettingsOffer, ServerSettingsInForce } from "./offers.ts";
import type { Step } from "./step.ts";

/** An answer of the agent's health check, or the lack of one; without `listener` it cannot be seen who gave it. */
export type ProbeOutcome =
  | {
      readonly is: "healthy";
      /** When what it runs began, by the clock of its machine then. */
      readonly upSince: WallTime | undefined;
      readonly listener?: Listener | undefined;
    }
  | { readonly is: "unhealthy"; readonly why: string; readonly listener?: Listener | undefined };

/** What the system says of a process that somebody else has started. */
export interface Found {
  /** How long it has lived; undefined when that is not known. */
  readonly ageMs: number | undefined;
  /** When the file was written that it reads; undefined where there is none. */
  readonly writtenAt: WallTime | undefined;
}

/** Everything that can happen, in the past tense. */
export type Fact =
  | { readonly on: "supervisor-started" }
  /** The wall clock shows something else than it would had nobody set it. */
  | { readonly on: "clock-set"; readonly aheadMs: number }
  | { readonly on: "config-offered"; readonly remote: RemoteConfig }
  | { readonly on: "settings-offered"; readonly offer: SettingsOffer }
  /** The server takes a message of ours for wrong; the reason is for people. */
  | { readonly on: "server-complained"; readonly why: string }
  /** Bits of ServerCapability. */
  | { readonly on: "server-capable"; readonly bits: bigint }
  | { readonly on: "server-proved"; readonly settings: ServerSettingsInForce }
  | {
      readonly on: "server-refuted";
      readonly settings: ServerSettingsInForce;
      readonly why: string;
    }
  /** The connection in use is gone, or could not be made. */
  | {
      readonly on: "server-lost";
      readonly why: string;
      /** The address without secrets, and when it is tried again. */
      readonly endpoint?: string;
      readonly retryInMs?: number;
    }
  | {
      readonly on: "certificate-request-made";
      readonly commonName: string;
      readonly csr: string;
      readonly key: string;
    }
  | { readonly on: "restart-commanded" }
  /** An operator wants what failed to be tried again. */
  | { readonly on: "retry-asked" }
  /** The operator's files were read again, and something in them is new. */
  | {
      readonly on: "settings-read";
      readonly local: readonly LocalLayer[];
      /** `server.endpoint`, the first of them. */
      readonly endpoint: string;
      readonly newBinary: boolean;
      /** What the new one is, where it was asked. */
      readonly facts?: BinaryFacts;
      readonly restartsAgent: boolean;
      /** They are those of before, because the newer ones did not work for the agent. */
      readonly isRestored?: boolean;
      /** True when what failed may have failed because of what has changed now, so that it may be tried again. */
      readonly lifts: boolean;
    }
  /** A server has answered without an error, at this address, which has no secrets. */
  | { readonly on: "server-reached"; readonly endpoint?: string }
  /** `whileProving`: on a connection beside the one in use, where a server may take us for somebody else. */
  | { readonly on: "identity-assigned"; readonly uid: string; readonly whileProving?: boolean }
  | { readonly on: "agent-identified"; readonly facts: BinaryFacts }
  | { readonly on: "config-validated"; readonly number: number; readonly tookMs: number }
  /**
   * `byPolicy`: by the operator's own rules, else by the binary. `unfinishedMs`: the binary had looked for so long when it
   * was ended, and had found nothing.
   */
  | {
      readonly on: "config-refused";
      readonly number: number;
      readonly why: string;
      readonly byPolicy?: boolean;
      readonly unfinishedMs?: number;
    }
  | { readonly on: "config-written"; readonly number: number }
  | { readonly on: "step-begun"; readonly step: Step }
  | { readonly on: "step-failed"; readonly step: Step; readonly why: string }
  | {
      readonly on: "agent-started";
      readonly run: Run;
      /** Undefined where only its health can be seen. */
      readonly pid: number | undefined;
      /** Set when the process was found instead of started. */
      readonly found?: Found;
      /** Why a later supervisor could not recognise the process, where that is so. */
      readonly notNoted?: string;
      /** Why the run has no log, where that is so. */
      readonly noLog?: string;
    }
  /** The agent of an earlier supervisor runs what is in force: we go on with it. */
  | {
      readonly on: "agent-adopted";
      readonly run: Run;
      readonly pid: number;
      /** When it was started, as the clock showed it then. */
      readonly startedAt: WallTime;
      /** How long it has lived; undefined when that is not known. */
      readonly ageMs: number | undefined;
    }
  /** The process that is looked out for is not there, or not to be told from others. */
  | { readonly on: "agent-missing"; readonly run: Run; readonly why: string }
  /** What Kubernetes shows of the workload that the agent is. */
  | { readonly on: "fleet-seen"; readonly run: Run; readonly view: FleetView }
  /** Kubernetes does not show it; said again and again while that lasts. */
  | { readonly on: "fleet-unseen"; readonly run: Run; readonly why: string }
  /** `number` of the generation that was to be rolled out. */
  | {
      readonly on: "rollout-answered";
      readonly run: Run;
      readonly number: number;
      readonly order: RolloutOrder;
    }
  | { readonly on: "agent-probed"; readonly run: Run; readonly outcome: ProbeOutcome }
  | { readonly on: "metrics-read"; readonly run: Run; readonly outcome: MetricsOutcome }
  | { readonly on: "log-looked-at"; readonly look: LogLook }
  /** `random` is from 0 to 1, for the jitter of the next start. */
  | { readonly on: "agent-exited"; readonly run: Run; readonly exit: Exit; readonly random: number }
  | { readonly on: "extension-connected"; readonly run: Run }
  | { readonly on: "extension-lost"; readonly run: Run }
  | { readonly on: "extension-reported"; readonly run: Run; readonly said: ExtensionReport }
  /** What custom messages the server knows. */
  | { readonly on: "server-declared"; readonly capabilities: readonly string[] }
  | { readonly on: "server-messaged"; readonly message: CustomMessage }
  | { readonly on: "layers-told"; readonly told: ToldLayers }
  /** The custom message that the client had is sent, or given up. */
  | { readonly on: "message-settled" }
  | { readonly on: "packages-offered"; readonly offer: PackagesOffer }
  | {
      readonly on: "package-progressed";
      readonly offered: OfferedPackage;
      readonly progress: PackageProgress;
    }
  /** It lies on disk, whole and proved; `facts` of the agent's program. */
  | {
      readonly on: "package-fetched";
      readonly offered: OfferedPackage;
      readonly installed: InstalledPackage;
      readonly facts: BinaryFacts | undefined;
    }
  /** `retryAfterMs`: it may be had later; undefined: it is refused for good. */
  | {
      readonly on: "package-refused";
      readonly offered: OfferedPackage;
      readonly why: string;
      readonly retryAfterMs: number | undefined;
    }
  /** The program of a version that is to be started does not lie there any more. */
  | { readonly on: "package-lost"; readonly executable: string }
  /** A person wants the binary back that ran before. */
  | { readonly on: "package-rollback-asked" }
  /** A person wants what runs to stay, or not any more. */
  | { readonly on: "package-pinned"; readonly pinned: boolean }
  /** The file of the binary that supervisor.yaml names is another one than it was. */
  | { readonly on: "binary-replaced" }
  /** What must outlive us cannot be written. */
  | { readonly on: "storage-failed"; readonly why: string }
  | { readonly on: "storage-works" }
  /** The file that the agent reads was not as we had written it, and is again. */
  | { readonly on: "config-restored" }
  | { readonly on: "stop-asked" }
  /** The reducer itself could not take a fact. */
  | { readonly on: "fact-failed"; readonly fact: Fact; readonly why: string }
  /** The loop comes to this long after it wanted to: nobody was asked and no answer was taken meanwhile. */
  | { readonly on: "stalled" }
  | { readonly on: "ticked" };

/** A fact with the moment at which the loop took it up. */
export type Event = Fact & { readonly at: Instant };
