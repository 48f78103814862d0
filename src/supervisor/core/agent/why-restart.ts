import { sameBinary } from "../config/binary.ts";
import type { Generation } from "../state/generation.ts";

/** Why an agent that runs `from` is ended and started anew, in two or three words. */
export function whyRestart(from: Generation, to: Generation | undefined): string {
  if (from.number === to?.number) return "restart command";
  return sameBinary(from.binary, to?.binary) ? "new configuration" : "another version";
}
