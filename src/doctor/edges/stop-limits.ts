import type { Settings } from "../../supervisor/settings/settings.ts";
import { sendsTelemetry, telemetryStopMs } from "../../supervisor/settings/telemetry-stop.ts";
import type { UnitFacts } from "../judge/judge-unit.ts";
import { unitsOfOurs } from "./unit-files.ts";

/** A limit after which somebody kills the supervisor when it has not stopped. */
interface StopLimit {
  /** Where the limit is written, for a message. */
  readonly where: string;
  readonly limitMs: number;
}

const systemdDefaultMs = 90_000;
const podDefaultMs = 30_000;
const taskDefaultMs = 30_000;

/**
 * Limits that surround this program as far as they can be seen from here: units of systemd that run it, and what a pod
 * or a task grants unless its manifest says otherwise, which cannot be seen from inside.
 */
export function stopLimits(
  environment: ReadonlyMap<string, string>,
  root = "/",
): readonly StopLimit[] {
  const limits = unitsOfOurs(root).flatMap(unitLimit);
  if (environment.has("KUBERNETES_SERVICE_HOST")) {
    const where = "terminationGracePeriodSeconds of a pod, 30 unless its manifest says otherwise";
    limits.push({ where, limitMs: podDefaultMs });
  }
  if (environment.has("ECS_CONTAINER_METADATA_URI_V4")) {
    const where = "stopTimeout of an ECS container, 30 unless its task definition says otherwise";
    limits.push({ where, limitMs: taskDefaultMs });
  }
  return limits;
}

/** None for a unit that waits for ever. */
function unitLimit({ path, values }: UnitFacts): readonly StopLimit[] {
  const written = values.get("TimeoutStopSec") ?? "";
  const limitMs = written === "" ? systemdDefaultMs : spanMs(written);
  return limitMs === undefined ? [] : [{ where: `TimeoutStopSec of ${path}`, limitMs }];
}

const unitMs: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["", 1_000],
  ["s", 1_000],
  ["sec", 1_000],
  ["m", 60_000],
  ["min", 60_000],
  ["h", 3_600_000],
]);

/** A time span as systemd writes it: `90`, `1min 30s`; undefined for infinity and what is no span. */
function spanMs(text: string): number | undefined {
  let sumMs = 0;
  for (const part of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*|(.)/g)) {
    const factor = unitMs.get(part[2] ?? "");
    if (part[3] !== undefined || factor === undefined) return undefined;
    sumMs += Number(part[1]) * factor;
  }
  return sumMs === 0 ? undefined : sumMs;
}

/** What the supervisor itself needs after the agent has ended. */
const marginMs = 2_000;

/** Who would kill the supervisor before the agent has had its time to finish. */
export function tooShort(
  { agent: { stopTimeoutMs }, telemetry }: Settings,
  environment: ReadonlyMap<string, string>,
): readonly string[] {
  const sends = sendsTelemetry(telemetry);
  const neededMs = stopTimeoutMs + marginMs + (sends ? telemetryStopMs : 0);
  const after = sends
    ? `, the supervisor another ${telemetryStopMs / 1000} s to send its telemetry`
    : "";
  return stopLimits(environment)
    .filter(({ limitMs }) => limitMs < neededMs)
    .map(
      ({ where, limitMs }) =>
        `the agent may take ${stopTimeoutMs / 1000} s to finish${after}, and everything is killed after ${limitMs / 1000} s (${where}): raise the one or lower the other`,
    );
}
