import { restricts } from "../../policy/policy.ts";
import type { Settings } from "./settings.ts";

/** What it takes for a changed key to have its effect. */
type Effect =
  /** Nothing: it is looked at when it is needed. */
  | "now"
  /** A new connection to the server. */
  | "reconnect"
  /** The agent is started anew. */
  | "restart-agent"
  /** The next start of the supervisor. */
  | "next-start";

/** How two readings of supervisor.yaml differ; names of keys only, a value may be secret. */
interface SettingsChange {
  /** The keys as the file has them, with what each of them takes. */
  readonly keys: readonly { readonly key: string; readonly takes: Effect }[];
  readonly reconnects: boolean;
  readonly restartsAgent: boolean;
}

/** The effect by the beginning of the key; the first beginning that fits decides, else it is `now`. */
const effects: readonly (readonly [string, Effect])[] = [
  ["server.offers", "now"],
  ["server.certificate", "now"],
  ["server.", "reconnect"],
  ["extensions", "reconnect"],
  ["capabilities.", "reconnect"],
  ["agent.executable", "restart-agent"],
  ["agent.args", "restart-agent"],
  ["agent.env", "restart-agent"],
  ["agent.confine", "restart-agent"],
  ["agent.instance_id", "next-start"],
  ["agent.passthrough_logs", "next-start"],
  ["agent.data_flow", "next-start"],
  ["agent.mode", "next-start"],
  ["agent.attach", "next-start"],
  ["agent.kubernetes", "next-start"],
  ["agent.log_rotation", "next-start"],
  ["agent.opamp_server_port", "next-start"],
  ["agent.description.include_resource_attributes", "next-start"],
  ["storage.", "next-start"],
  ["telemetry.logs.level", "now"],
  ["telemetry.", "next-start"],
  ["healthcheck.", "next-start"],
];

/** Where the name of a key is not that of the setting in other letters. */
const names: ReadonlyMap<string, string> = new Map([
  ["agent.crashLogSnippetBytes", "agent.collector_crash_log_snippet_kib"],
  ["agent.identifyingAttributes", "agent.description.identifying_attributes"],
  ["agent.nonIdentifyingAttributes", "agent.description.non_identifying_attributes"],
  ["agent.rules", "agent.policy"],
  ["agent.kubernetes.kind", "agent.kubernetes.workload"],
  ["agent.kubernetes.name", "agent.kubernetes.workload"],
  ["agent.kubernetes.progressMs", "agent.kubernetes.progress_deadline"],
  ["agent.kubernetes.leaseMs", "agent.kubernetes.lease_duration"],
  ["agent.localPort", "agent.opamp_server_port"],
  ["agent.includeResourceAttributes", "agent.description.include_resource_attributes"],
  ["agent.packages.trust", "agent.packages.verify"],
  ["agent.packages.maxBytes", "agent.packages.max_size_mib"],
  ["agent.packages.agentExecutable", "agent.executable"],
  ["server.fallbackEndpoints", "server.endpoint"],
  ["server.authExtension", "extensions"],
  ["server.tls.ciphers", "server.tls.cipher_suites"],
  ["server.tls.curves", "server.tls.curve_preferences"],
  ["server.tls.skipVerify", "server.tls.insecure_skip_verify"],
  ["server.tls.serverName", "server.tls.server_name_override"],
  ["telemetry.logs", "telemetry.logs.processors"],
  ["telemetry.traces", "telemetry.traces.processors"],
  ["telemetry.readers", "telemetry.metrics.readers"],
  ["telemetry.maxLinesPerSecond", "telemetry.agent_logs.max_lines_per_second"],
]);

/** Compares two readings, key by key. */
export function settingsChange(before: Settings, after: Settings): SettingsChange {
  const [was, is] = [leavesOf(before), leavesOf(after)];
  const paths = [...new Set([...was.keys(), ...is.keys()])].toSorted();
  const changed = paths.filter(
    (path) => path !== "storage.written" && was.get(path) !== is.get(path),
  );
  // A process keeps the wall that it was started behind.
  const walled = after.agent.confine !== "off";
  const effect = (key: string): Effect =>
    walled && key === "agent.policy" ? "restart-agent" : effectOfKey(key);
  const keys = [...new Set(changed.map(keyOf))].map((key) => ({ key, takes: effect(key) }));
  return {
    keys,
    reconnects: keys.some(({ takes }) => takes === "reconnect"),
    restartsAgent: keys.some(({ takes }) => takes === "restart-agent"),
  };
}

/** `agent.stopTimeoutMs` to the text of its value. The settings have two levels, and `tls` a third. */
function leavesOf(settings: Settings): Map<string, string> {
  const { server, capabilities, agent, packages, storage, log, telemetry, healthPage } = settings;
  const { tls, ...connection } = server;
  const { kubernetes, ...attach } = agent.attach ?? {};
  const groups: readonly (readonly [string, object])[] = [
    ["server", connection],
    ["server.tls", tls],
    ["capabilities", capabilities],
    // What was fetched is compared as the layers are, which it is a part of.
    ["agent", { ...agent, attach, fetchedLayers: undefined, rules: rulesOf(agent) }],
    ["agent.kubernetes", kubernetes ?? {}],
    ["agent.packages", packages ?? {}],
    ["storage", storage],
    ["log", log],
    ["telemetry", telemetry],
    ["healthcheck", { endpoint: healthPage }],
  ];
  return new Map(
    groups.flatMap(([group, values]) =>
      Object.entries(values).map(([name, value]) => [`${group}.${name}`, textOf(value)] as const),
    ),
  );
}

/** Without a policy the rules are made of other keys, which are named themselves. */
function rulesOf({ rules }: Settings["agent"]): unknown {
  return restricts(rules) ? rules : undefined;
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Map) return [...(part as ReadonlyMap<string, unknown>)];
    return part;
  });
}

/** What it takes for a key of supervisor.yaml to have its effect, by its dotted path. */
export function effectOfKey(key: string): Effect {
  return effects.find(([beginning]) => key.startsWith(beginning))?.[1] ?? "now";
}

function keyOf(path: string): string {
  const named =
    names.get(path) ?? path.replace(/(?:Ms|Bytes)$/, "").replace(/^log\./, "telemetry.logs.");
  return named.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
