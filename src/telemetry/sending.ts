import type { Rejected } from "./partial-success.ts";
import type { PostAnswer } from "./post.ts";

/** What is to be done with a batch after an answer. */
export type Outcome =
  | { readonly is: "sent"; readonly rejected?: Rejected | undefined }
  | { readonly is: "again"; readonly inMs: number; readonly why: string }
  | { readonly is: "refused"; readonly why: string };

const firstWaitMs = 1_000;
const longestWaitMs = 30_000;
/** A receiver may ask for more patience than we would have, within reason. */
const longestAskedMs = 3_600_000;
const temporary: readonly number[] = [429, 502, 503, 504];

/** What an answer means, after so many failures in a row; `random` is from 0 to 1. */
export function outcomeOf(answer: PostAnswer, failures: number, random: number): Outcome {
  if (answer.is === "failed") return again(answer.why, failures, random, undefined);
  const { status, retryAfterMs, rejected } = answer;
  if (status >= 200 && status < 300) return { is: "sent", rejected };
  const why = `HTTP status ${status}`;
  if (temporary.includes(status)) return again(why, failures, random, retryAfterMs);
  return { is: "refused", why };
}

function again(
  why: string,
  failures: number,
  random: number,
  askedMs: number | undefined,
): Outcome {
  const grown = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures, 10));
  // At least half of the time, so that nobody is asked all the time, and a random part more, so that not all ask at the
  // same moment.
  const ownMs = grown * (0.5 + random / 2);
  return { is: "again", why, inMs: Math.max(ownMs, Math.min(askedMs ?? 0, longestAskedMs)) };
}
