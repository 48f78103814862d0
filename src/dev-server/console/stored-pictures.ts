import type { FleetCounts, Pictures } from "../shapes/api-shapes.ts";
import type { SampledRing } from "./sampled-ring.ts";

/** What has happened in a fleet, as it outlives the server. */
export interface KeptPictures {
  readonly health: SampledRing<Pictures["health"][number]>;
  readonly applies: Pictures["applies"];
  readonly restarts: Pictures["restarts"];
}

/** What a store has kept of it; what has another form, or is dated in the future, is left out. */
export function readPictures(
  value: unknown,
  counts: FleetCounts,
  now: number,
): Partial<KeptPictures> {
  if (!isObject(value)) return {};
  const { health, applies, restarts } = value;
  const ring = isObject(health) ? health : {};
  const { everyMs } = ring;
  const isSample = (each: unknown): each is Pictures["health"][number] =>
    isObject(each) && ["at", ...Object.keys(counts)].every((key) => isCount(each[key]));
  const isPast = (at: number): boolean => at <= now;
  return {
    ...(isCount(everyMs) && everyMs > 0
      ? {
          health: {
            everyMs,
            samples: listOf(ring["samples"], isSample).filter(({ at }) => isPast(at)),
          },
        }
      : {}),
    applies: listOf(applies, isApply).filter(({ at }) => isPast(at)),
    restarts: listOf(restarts, isHour).filter(({ hour }) => isPast(hour)),
  };
}

function isApply(value: unknown): value is Pictures["applies"][number] {
  if (!isObject(value)) return false;
  const { at, ms, uid, failed } = value;
  return isCount(at) && isCount(ms) && typeof uid === "string" && typeof failed === "boolean";
}

function isHour(value: unknown): value is Pictures["restarts"][number] {
  return isObject(value) && isCount(value["hour"]) && isCount(value["count"]);
}

function listOf<T>(value: unknown, is: (each: unknown) => each is T): readonly T[] {
  return Array.isArray(value) ? value.filter(is) : [];
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
