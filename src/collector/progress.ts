/**
 * What is going on while a collector is being got.
 *
 * - `skipping`: a way failed and the next one is tried; the message says why
 * - `waiting`: another process installs right now
 * - `downloading`, `verifying`, `unpacking`: the official release
 * - `fetching-go`: Go is being installed into the cache
 * - `building`: the builder runs
 */
type Stage =
  "skipping" | "waiting" | "downloading" | "verifying" | "unpacking" | "fetching-go" | "building";

/** One piece of news, as data; `elapsedMs` counts from the beginning of the stage. */
export interface ProgressEvent {
  readonly stage: Stage;
  readonly message: string;
  readonly doneBytes?: number;
  readonly totalBytes?: number;
  readonly elapsedMs?: number;
}

/** Where news goes. */
export type Report = (event: ProgressEvent) => void;
