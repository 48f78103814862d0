import type { DetectorName } from "../../sources/detector-name.ts";
import type { PackageRules } from "../../packages/package-order.ts";
import type { ProxyChoice } from "../../net/proxy.ts";
import type { TelemetrySettings } from "../../telemetry/telemetry-settings.ts";
import type { AuthExtension } from "./auth-settings.ts";
import type { CertificateWishes } from "../core/state/core-settings.ts";
import type { EnvInherit } from "./inherited-environment.ts";
import type { Rules } from "../../policy/policy.ts";

/**
 * supervisor.yaml as the program uses it: every default filled in, durations in milliseconds, paths as they were
 * written, relative ones resolved against the working directory (as the reference does). Nothing here is optional without a reason.
 */
export interface Settings {
  /** The file that was read, for messages. */
  readonly file: string;
  readonly server: ServerSettings;
  readonly capabilities: CapabilitySettings;
  readonly agent: AgentSettings;
  /** `agent.packages`: what a server may offer to run and to lay beside it; undefined: nothing. */
  readonly packages: PackageSettings | undefined;
  readonly storage: StorageSettings;
  readonly log: LogSettings;
  /** Environment variables that only the settings refer to which hold our own credentials. */
  readonly credentialVariables: readonly string[];
  readonly telemetry: TelemetrySettings;
  /** `healthcheck`: where others may ask how we are; undefined: nowhere. */
  readonly healthPage: HealthPageSettings | undefined;
}

export interface ServerSettings {
  /** ws, wss, http or https; the path is `/v1/opamp` and the port the scheme's own when the setting names none. */
  readonly endpoint: string;
  /** What is used in its place while it cannot be had, in this order. */
  readonly fallbackEndpoints: readonly string[];
  /** Values may be secret: they are never logged. A header may have several values. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Header to the absolute path of the file that holds its value, read before each connection. */
  readonly headerFiles: ReadonlyMap<string, string>;
  /** Header to the program and arguments that print its value, run before a connection. */
  readonly headerCommands: ReadonlyMap<string, readonly string[]>;
  /** How long what a command has printed is used again. */
  readonly headerCommandIntervalMs: number;
  /** The entry of `extensions` that adds credentials. */
  readonly auth: string | undefined;
  /** What that entry says; undefined: it adds nothing. */
  readonly authExtension: AuthExtension | undefined;
  readonly tls: TlsSettings;
  /** Values may be secret, the name and password in the URL too. */
  readonly proxy: ProxyChoice;
  /** How larger messages are compressed on their way out. */
  readonly compression: "none" | "gzip";
  /** What the server may change of the connection to it. */
  readonly offers: OfferSettings;
  /** When the server is asked for a client certificate; undefined: never. */
  readonly certificate: CertificateWishes | undefined;
}

export interface OfferSettings {
  /** Hosts that we may be sent to, `*.` for all below one; undefined: any. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly allowWeakerTls: boolean;
}

export interface TlsSettings {
  /** PEM texts, already read from the files that were named; undefined means the system's authorities. */
  readonly ca: string | undefined;
  readonly includeSystemCa: boolean;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** `TLSv1` to `TLSv1.3`, the words that node:tls wants. */
  readonly minVersion: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
  readonly maxVersion: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3" | undefined;
  readonly skipVerify: boolean;
  readonly serverName: string | undefined;
  /** The words of OpenSSL; undefined: those of Node. */
  readonly ciphers: string | undefined;
  readonly curves: string | undefined;
  /** Absolute paths of the files that the texts above are from: they are read again for each connection. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** One key each of `capabilities`; what the program really offers to the server is decided in the core. */
export interface CapabilitySettings {
  readonly acceptsRemoteConfig: boolean;
  readonly acceptsRestartCommand: boolean;
  readonly acceptsOpampConnectionSettings: boolean;
  readonly acceptsOtherConnectionSettings: boolean;
  readonly acceptsPackages: boolean;
  readonly reportsEffectiveConfig: boolean;
  readonly reportsOwnMetrics: boolean;
  readonly reportsOwnLogs: boolean;
  readonly reportsOwnTraces: boolean;
  readonly reportsHealth: boolean;
  readonly reportsRemoteConfig: boolean;
  readonly reportsAvailableComponents: boolean;
  readonly reportsHeartbeat: boolean;
  readonly reportsConnectionSettingsStatus: boolean;
}

export interface AgentSettings {
  /** Set when somebody else starts the agent (`agent.mode: attach`). */
  readonly attach: AttachSettings | undefined;
  /** An absolute path to a file that exists and may be executed. Empty where somebody else has the binary. */
  readonly executable: string;
  /** 16 bytes as lower-case UUID text, or undefined when the supervisor makes its own. */
  readonly instanceId: string | undefined;
  /** Paths of local layers, in order; the reference's `$…` words stand for the layers of that name. */
  readonly configFiles: readonly string[];
  /** Layers that stand for all local ones on a first start, until a server is reached. */
  readonly startupFallbackConfigs: readonly string[];
  /** Who is asked where this host or container is. */
  readonly detectors: readonly DetectorName[];
  /** The texts of those among the configuration files that come from elsewhere, by what was written. */
  readonly fetchedLayers: ReadonlyMap<string, string>;
  /** `auto`: by SIGHUP where that can be proved to have worked. */
  readonly reload: "auto" | "restart";
  /** What becomes of an agent that a supervisor which was killed has left behind. */
  readonly leftover: "stop" | "adopt";
  /** Local layers that win over the remote configuration. */
  readonly protectedConfigFiles: readonly string[];
  /** What two parts of a remote configuration that contradict each other lead to. */
  readonly onCollision: "warn" | "fail";
  /** Whether what a change does to the flow of data is reported. */
  readonly dataFlow: "report" | "off";
  /** How often the agent's own metrics are read for that; twice as often after a change. */
  readonly dataFlowIntervalMs: number;
  readonly args: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  /** Whether the kernel keeps the agent from writing to what the policy does not name. `auto`: where that can be done. */
  readonly confine: "off" | "auto" | "required";
  /** What of our own environment it gets beside that. */
  readonly envInherit: EnvInherit;
  readonly identifyingAttributes: ReadonlyMap<string, string>;
  readonly nonIdentifyingAttributes: ReadonlyMap<string, string>;
  /** True: the agent's output goes through the supervisor's own log, false: into agent.log. */
  readonly passthroughLogs: boolean;
  /** From which size agent.log is set aside, and how many of those are kept. */
  readonly logRotation: { readonly maxBytes: number; readonly maxFiles: number };
  /** Where the agent's own OpAMP extension finds us; 0: any free port. */
  readonly localPort: number;
  /** The extension describes the agent by its resource attributes too. */
  readonly includeResourceAttributes: boolean;
  /** host:port or a URL to probe instead of what the configuration says; undefined: follow the configuration. */
  readonly healthCheckEndpoint: string | undefined;
  /** How long an agent must stay healthy on a new configuration before it is called applied. */
  readonly applySettleMs: number;
  /** From here on an agent that is not healthy yet is reported as still starting. */
  readonly configApplyTimeoutMs: number;
  /** From here on an agent that is not healthy yet has failed; undefined: 60 s or four times what validation took. */
  readonly startTimeoutMs: number | undefined;
  /** How long a stopping agent may drain before it is killed. */
  readonly stopTimeoutMs: number;
  /** `agent.policy`: what a configuration with a remote part may contain; without limits anything but our own files. */
  readonly rules: Rules;
  /** When not 0: a crash is reported with so many bytes of the end of the output, instead of only its error lines. */
  readonly crashLogSnippetBytes: number;
}

/** `agent.attach`: how an agent is reached that somebody else starts. */
export interface AttachSettings {
  /** The file that the agent reads; undefined: `effective.yaml` in the state directory. */
  readonly configPath: string | undefined;
  /** Mode of that file. */
  readonly configMode: number;
  /** `process`: its process is seen from here; `health`: only its health check is. */
  readonly find: "process" | "health";
  /** Base name or absolute path of its program; empty with `health`. */
  readonly executable: string;
  /** Instead of SIGHUP; empty: the signal. */
  readonly reloadCommand: readonly string[];
  /** Instead of SIGTERM; empty: the signal. */
  readonly restartCommand: readonly string[];
  /** It may be ended, because what started it starts it again. */
  readonly mayEnd: boolean;
  /** Set when the agent is a workload of Kubernetes (`agent.mode: kubernetes`); then nothing above says anything. */
  readonly kubernetes?: KubernetesSettings;
}

/** `agent.kubernetes`: the workload whose pods are the agent, and how its cluster is reached. */
export interface KubernetesSettings {
  readonly namespace: string;
  readonly kind: "deployment" | "daemonset" | "statefulset";
  readonly name: string;
  /** The ConfigMap of its pod template before us, and the beginning of the names of ours. */
  readonly configMap: string;
  /** The key in it. */
  readonly key: string;
  /** The collector's container; undefined: the only one. */
  readonly container: string | undefined;
  /** What somebody else applies is taken from them. */
  readonly takeOver: boolean;
  /** Undefined: that of the cluster that we are a pod of. */
  readonly endpoint: string | undefined;
  readonly tokenFile: string;
  readonly caFile: string | undefined;
  /** A rollout that does not get on for so long has failed. */
  readonly progressMs: number;
  /** The name of the lease that a supervisor of this workload has to hold. */
  readonly lease: string;
  readonly leaseMs: number;
}

/** The rules for packages, and how long a version is watched. */
export interface PackageSettings extends PackageRules {
  /** How long a new version of the collector can still lose its place. */
  readonly probationMs: number;
}

export interface StorageSettings {
  readonly directory: string;
  /** False when nobody wrote the key: then `./storage` is used where the default may not be written. */
  readonly written: boolean;
}

export interface HealthPageSettings {
  /** Empty: on all addresses. */
  readonly host: string;
  readonly port: number;
  /** Undefined: plain HTTP. */
  readonly tls: PageTls | undefined;
}

/** PEM texts and limits of a page that is served with TLS; undefined where Node's own choice holds. */
export interface PageTls extends Pick<
  TlsSettings,
  "minVersion" | "maxVersion" | "ciphers" | "curves"
> {
  readonly cert: string;
  readonly key: string;
  /** Whose certificates a client must show; undefined: it needs none. */
  readonly clientCa: string | undefined;
}

export interface LogSettings {
  readonly level: "debug" | "info" | "warn" | "error" | "fatal";
  /** `stdout`, `stderr` or file paths. */
  readonly outputPaths: readonly string[];
  /** From which size a file is set aside, and how many of those are kept; absent: somebody else sees to it. */
  readonly rotation?: AgentSettings["logRotation"];
  readonly encoding: "json" | "console" | undefined;
}
