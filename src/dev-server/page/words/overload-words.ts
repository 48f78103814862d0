import type { Overload } from "../../shapes/api-shapes.ts";
import { dateTimeOf, durationOf } from "./times.ts";

/** What it means for agents that they are sent away, since when and until when; the time does not tick, since it is read out. */
export function overloadText({ retryAfterSeconds, since, until }: Overload): string {
  const when =
    retryAfterSeconds === undefined
      ? "that it has too much to do, and not when to come back"
      : `that it has too much to do, and to come back after ${durationOf(retryAfterSeconds * 1_000)}`;
  const from = since === undefined ? "" : ` since ${dateTimeOf(since)}`;
  const end = until === undefined ? "somebody switches it off" : dateTimeOf(until);
  return `The server tells each of them ${when}: on${from}, until ${end}.`;
}
