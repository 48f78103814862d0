import type { KnownAgent } from "../fleet/known-agent.ts";
import type { KeptNews } from "../kept/kept-fleet.ts";
import type { FleetCounts, Pictures } from "../shapes/api-shapes.ts";
import type { RecordStore } from "./record-store.ts";
import { emptyRing, withSample, type SampledRing } from "./sampled-ring.ts";
import type { SeenFleet } from "./seen-fleet.ts";
import { readPictures } from "./stored-pictures.ts";

/** What the pictures are made of. */
interface Watching {
  readonly fleet: SeenFleet;
  readonly counts: () => FleetCounts;
  readonly now: () => number;
  readonly store: RecordStore;
}

/** What has happened in a fleet lately, as far as it is drawn. */
export interface PictureBook {
  pictures(): Pictures;
  heed(news: KeptNews): void;
  close(): void;
}

type HealthSample = Pictures["health"][number];
type Apply = Pictures["applies"][number];

/** What was seen of an agent last. */
interface LastSeen {
  readonly startedAt: bigint;
  readonly verdictAt: number | undefined;
}

const sampleMs = 5_000;
/** So much of the pictures is lost at most when the server is killed. */
const keepEveryMs = 60_000;
const mostSamples = 500;
const mostApplies = 500;
const mostHours = 48;
const mostVersions = 100;
const hourMs = 3_600_000;

/** Watches a fleet; what it gathers is bounded, and outlives the server. */
export function gatherPictures({ fleet, counts, now, store }: Watching): PictureBook {
  const last = new Map<string, LastSeen>();
  const [kept] = store.all("pictures");
  const before = readPictures(kept?.value, counts(), now());
  let health: SampledRing<HealthSample> = before.health ?? emptyRing(sampleMs);
  let applies: readonly Apply[] = before.applies ?? [];
  let restarts: Pictures["restarts"] = before.restarts ?? [];
  const keep = (): void => store.put("pictures", "all", { health, applies, restarts });
  const sample = (): void => {
    health = withSample(health, { at: now(), ...counts() }, mostSamples);
  };
  const see = (record: KnownAgent): void => {
    const former = last.get(record.uid);
    const seen = lastSeenOf(record);
    // A report without a time says nothing of the time from before.
    const startedAt = seen.startedAt === 0n ? (former?.startedAt ?? 0n) : seen.startedAt;
    last.set(record.uid, { ...seen, startedAt });
    if (former === undefined) return;
    const startedAgain = former.startedAt !== 0n && startedAt !== former.startedAt;
    if (startedAgain) restarts = withRestart(restarts, now());
    const apply = seen.verdictAt === former.verdictAt ? undefined : applyOf(record);
    if (apply !== undefined) applies = [...applies, apply].slice(-mostApplies);
  };
  for (const { record } of fleet.all()) last.set(record.uid, lastSeenOf(record));
  sample();
  const timer = setInterval(sample, sampleMs);
  timer.unref();
  const keeping = setInterval(keep, keepEveryMs);
  keeping.unref();
  return {
    pictures: () => {
      const current = { at: now(), ...counts() };
      return {
        health: [...health.samples.slice(1 - mostSamples), current],
        ...{ applies, restarts, versions: versionsIn(fleet) },
      };
    },
    heed: ({ records = [], forgotten = [] }) => {
      for (const record of records) see(record);
      for (const uid of forgotten) last.delete(uid);
    },
    close: () => {
      clearInterval(timer);
      clearInterval(keeping);
      keep();
    },
  };
}

function lastSeenOf({ health, offers }: KnownAgent): LastSeen {
  return { startedAt: health?.startTimeUnixNano ?? 0n, verdictAt: offers[0]?.verdictAt };
}

function applyOf({ uid, offers }: KnownAgent): Apply | undefined {
  const [newest] = offers;
  if (newest?.sentAt === undefined || newest.verdictAt === undefined) return undefined;
  const { sentAt, verdictAt: at, state } = newest;
  return { at, ms: Math.max(0, at - sentAt), uid, failed: state === "failed" };
}

function withRestart(restarts: Pictures["restarts"], at: number): Pictures["restarts"] {
  const hour = Math.floor(at / hourMs) * hourMs;
  const others = restarts.filter((each) => each.hour !== hour);
  const count = (restarts.find((each) => each.hour === hour)?.count ?? 0) + 1;
  return [...others, { hour, count }].sort((a, b) => a.hour - b.hour).slice(-mostHours);
}

function versionsIn(fleet: SeenFleet): Pictures["versions"] {
  const counts = new Map<string, number>();
  for (const { row } of fleet.all()) counts.set(row.version, (counts.get(row.version) ?? 0) + 1);
  return [...counts]
    .map(([version, count]) => ({ version, count }))
    .sort((a, b) => b.count - a.count || (a.version < b.version ? -1 : 1))
    .slice(0, mostVersions);
}
