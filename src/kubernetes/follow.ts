import type { ApiAnswer, ApiClient } from "./api-client.ts";
import { problemText } from "./answer-text.ts";
import type { KubernetesObject } from "./objects.ts";

/** What is followed: a list, and how it is narrowed down. */
export interface Followed {
  /** Path of the list, without query. */
  readonly path: string;
  /** `labelSelector=…` or `fieldSelector=…`, encoded. */
  readonly selector: string;
  readonly retryMs: number;
}

/** Takes the objects as they are now, by their names; or why they cannot be seen, again and again. */
export interface FollowSink {
  readonly seen: (objects: ReadonlyMap<string, KubernetesObject>) => void;
  readonly unseen: (why: string) => void;
}

/** How long the server keeps a watch open before it ends it, which is no fault. */
const watchSeconds = 240;

/**
 * Follows objects until the signal ends it: lists them, then watches from there. A watch that ends is taken up where it
 * ended; one that has expired (410), or that told nonsense, is followed by a list.
 */
export async function follow(
  client: ApiClient,
  followed: Followed,
  sink: FollowSink,
  signal: AbortSignal,
): Promise<void> {
  let place: Place | undefined;
  while (!signal.aborted) {
    place =
      place === undefined
        ? await list(client, followed, sink, signal)
        : await watch(client, followed, sink, place, signal);
  }
}

/** What is known, and from where on it is to be watched. */
interface Place {
  readonly version: string;
  readonly objects: Map<string, KubernetesObject>;
}

async function list(
  client: ApiClient,
  { path, selector, retryMs }: Followed,
  { seen, unseen }: FollowSink,
  signal: AbortSignal,
): Promise<Place | undefined> {
  const answer = await client.request({ method: "GET", path: `${path}?${selector}` });
  if (signal.aborted) return undefined;
  const place = answer.is === "done" ? placeOf(answer.text) : undefined;
  if (place !== undefined) {
    seen(place.objects);
    return place;
  }
  unseen(answer.is === "done" ? "what answers is not Kubernetes" : problemText(answer));
  await pause(waitAfter(answer, retryMs), signal);
  return undefined;
}

/** Undefined: it has to be listed anew. */
async function watch(
  client: ApiClient,
  { path, selector, retryMs }: Followed,
  { seen, unseen }: FollowSink,
  { version: from, objects }: Place,
  signal: AbortSignal,
): Promise<Place | undefined> {
  const state = { version: from, told: 0, lost: false };
  const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${from}&timeoutSeconds=${watchSeconds}`;
  const answer = await client.stream(
    `${path}?${selector}&${query}`,
    (line) => {
      const event = eventOf(line);
      const { name, resourceVersion } = event?.object.metadata ?? {};
      if (event === undefined || event.type === "ERROR" || resourceVersion === undefined) {
        state.lost = true;
        return;
      }
      state.version = resourceVersion;
      state.told += 1;
      if (event.type === "BOOKMARK" || name === undefined) return;
      if (event.type === "DELETED") objects.delete(name);
      else objects.set(name, event.object);
      seen(objects);
    },
    signal,
  );
  if (signal.aborted) return undefined;
  if (answer.is !== "done") {
    const expired = answer.is === "refused" && answer.problem.code === 410;
    if (expired) return undefined;
    unseen(problemText(answer));
    await pause(waitAfter(answer, retryMs), signal);
    return undefined;
  }
  // One that ends at once each time is not asked for without a pause.
  if (state.told === 0) await pause(Math.min(retryMs, 200), signal);
  return state.lost ? undefined : { version: state.version, objects };
}

function waitAfter(answer: ApiAnswer, retryMs: number): number {
  if (answer.is !== "refused") return retryMs;
  return Math.max(retryMs, Math.min(answer.problem.retryAfterMs ?? 0, longestWaitMs));
}

const longestWaitMs = 30_000;

function placeOf(text: string): Place | undefined {
  const whole = parsed(text);
  const { metadata, items } = (whole ?? {}) as KubernetesObject & { readonly items?: unknown };
  if (metadata?.resourceVersion === undefined || (items !== null && !Array.isArray(items))) {
    return undefined;
  }
  const objects = (items ?? []) as readonly KubernetesObject[];
  const named = objects.map((item) => [item.metadata?.name ?? "", item] as const);
  return { version: metadata.resourceVersion, objects: new Map(named) };
}

interface WatchEvent {
  readonly type: string;
  readonly object: KubernetesObject;
}

function eventOf(line: string): WatchEvent | undefined {
  const { type, object } = (parsed(line) ?? {}) as Partial<WatchEvent>;
  return typeof type === "string" && object !== undefined ? { type, object } : undefined;
}

/** Undefined: something between us and the API has answered, or the line was cut off. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, durationMs);
    signal.addEventListener("abort", end);
  });
}
