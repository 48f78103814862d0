import type { StatusAnswer } from "../../supervisor/core/report/status/status-answer.ts";
import { spanText } from "../screen-text.ts";

/** A line of a section; a colour of its own, where it has one. */
export interface Line {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** How long ago a moment was, or how long it is to it. */
export function agoText({ at }: Pick<StatusAnswer, "at">, time: string): string {
  const seconds = (Date.parse(at) - Date.parse(time)) / 1000;
  return seconds < 0 ? `in ${spanText(-seconds)}` : `${spanText(seconds)} ago`;
}

/** How long something has been so. */
export function forText({ at }: Pick<StatusAnswer, "at">, since: string | null): string {
  if (since === null) return "";
  return ` for ${spanText((Date.parse(at) - Date.parse(since)) / 1000)}`;
}

/** Hashes are long; their beginning tells them apart. */
export function short(hash: string): string {
  if (hash === "") return "without a hash";
  return hash.length > 12 ? hash.slice(0, 12) : hash;
}
