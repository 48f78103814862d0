import { join } from "node:path";
import { namesOrNothing, textOrNothing } from "../files/read-if-there.ts";

/** A limit after which somebody kills the supervisor when it has not stopped. */
interface StopLimit {
  /** Where the limit is written, for a message. */
  readonly where: string;
  readonly limitMs: number;
}

/** Where systemd looks for units; the first one that has a unit wins. */
const unitFolders = [
  "etc/systemd/system",
  "run/systemd/system",
  "usr/local/lib/systemd/system",
  "usr/lib/systemd/system",
  "lib/systemd/system",
];

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
  const limits = [...unitLimits(root)];
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

function unitLimits(root: string): readonly StopLimit[] {
  const seen = new Map<string, StopLimit | undefined>();
  for (const folder of unitFolders) {
    for (const name of namesOrNothing(join(root, folder)).toSorted()) {
      if (!name.endsWith(".service") || seen.has(name)) continue;
      seen.set(name, unitLimit(root, folder, name));
    }
  }
  return [...seen.values()].filter((limit) => limit !== undefined);
}

/** Undefined for a unit that runs something else, or that waits for ever. */
function unitLimit(root: string, folder: string, name: string): StopLimit | undefined {
  const path = join(root, folder, name);
  const text = textOrNothing(path);
  if (!/^ExecStart=.*opampsupervisor/m.test(text)) return undefined;
  const dropIns = unitFolders.flatMap((each) => {
    const place = join(root, each, `${name}.d`);
    return namesOrNothing(place)
      .toSorted()
      .filter((file) => file.endsWith(".conf"))
      .map((file) => textOrNothing(join(place, file)));
  });
  const written = [text, ...dropIns]
    .join("\n")
    .matchAll(/^\s*(?:TimeoutStopSec|TimeoutSec)=(.*)$/gm);
  const last = [...written].at(-1)?.[1]?.trim();
  const limitMs = last === undefined || last === "" ? systemdDefaultMs : spanMs(last);
  return limitMs === undefined ? undefined : { where: `TimeoutStopSec of ${path}`, limitMs };
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
