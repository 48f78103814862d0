import { createHash } from "node:crypto";
import { uidOfName } from "../opamp-client/wire/instance-uid.ts";
import type {
  AgentDescription,
  AvailableComponents,
  ComponentDetails,
  KeyValue,
} from "../opamp-client/wire/messages.ts";

/** Who a simulated agent is; the same name and number make the same agent each time. */
export interface Role {
  readonly instanceUid: Uint8Array;
  readonly description: AgentDescription;
  readonly condition: "healthy" | "degraded" | "failing";
}

/** A value that so many of a hundred agents have. */
type Spread = readonly (readonly [value: string, ofHundred: number])[];

const versions: Spread = [
  ["0.158.0", 70],
  ["0.157.0", 18],
  ["0.152.1", 9],
  ["0.149.0", 3],
];
const names: Spread = [
  ["otelcol-contrib", 75],
  ["otelcol", 15],
  ["aws-otel-collector", 10],
];
const environments: Spread = [
  ["production", 60],
  ["staging", 30],
  ["development", 10],
];
const regions: Spread = [
  ["eu-central-1", 50],
  ["us-east-1", 35],
  ["ap-southeast-2", 15],
];
const teams: Spread = [
  ["checkout", 40],
  ["search", 35],
  ["platform", 25],
];
const machines: Spread = [
  ["amd64", 80],
  ["arm64", 20],
];

/** The agent of this number; `unhealthy` is a share from 0 to 1, and every other one of it is only degraded. */
export function castRole(prefix: string, index: number, unhealthy: number): Role {
  const host = `${prefix}-${String(index + 1).padStart(4, "0")}`;
  const drawn = (what: string): number => shareOf(`${host} ${what}`);
  const health = drawn("health");
  return {
    instanceUid: uidOfName(`simulated ${host}`),
    condition: health >= unhealthy ? "healthy" : health < unhealthy / 2 ? "failing" : "degraded",
    description: {
      identifyingAttributes: [
        text("service.name", pick(names, drawn("name"))),
        text("service.version", pick(versions, drawn("version"))),
        text("service.instance.id", host),
      ],
      nonIdentifyingAttributes: [
        text("host.name", host),
        text("os.type", "linux"),
        text("host.arch", pick(machines, drawn("machine"))),
        text("deployment.environment.name", pick(environments, drawn("environment"))),
        text("cloud.region", pick(regions, drawn("region"))),
        text("team", pick(teams, drawn("team"))),
        text("simulated", "true"),
      ],
    },
  };
}

/** A number from 0 to below 1 that belongs to a name: spread like chance, and the same each time. */
export function shareOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE() / 2 ** 32;
}

function pick(spread: Spread, share: number): string {
  let left = share * 100;
  for (const [value, ofHundred] of spread) {
    if (left < ofHundred) return value;
    left -= ofHundred;
  }
  return spread[0]?.[0] ?? "";
}

function text(key: string, stringValue: string): KeyValue {
  return { key, value: { stringValue } };
}

const kinds: readonly (readonly [kind: string, types: readonly string[]])[] = [
  ["receivers", ["filelog", "hostmetrics", "nop", "otlp", "prometheus"]],
  ["processors", ["attributes", "batch", "memory_limiter", "resource"]],
  ["exporters", ["debug", "nop", "otlp", "otlphttp"]],
  ["extensions", ["health_check", "opamp", "pprof"]],
  ["connectors", ["forward"]],
];

/** What all simulated agents say that they are made of. */
export const castComponents: AvailableComponents = {
  components: new Map(
    kinds.map(([kind, types]): [string, ComponentDetails] => [
      kind,
      { subComponentMap: new Map(types.map((type): [string, ComponentDetails] => [type, {}])) },
    ]),
  ),
  hash: new Uint8Array(createHash("sha256").update(JSON.stringify(kinds)).digest()),
};
