import {
  type LeafChange,
  type RefusedExplanation,
  explainRefused,
} from "../../supervisor/control/explain-refused.ts";
import type { Settings } from "../../supervisor/settings/settings.ts";
import { exitCode } from "../exit.ts";
import { cut, whereOf } from "./leaf-text.ts";
import { type Paint, harmless, paintFor } from "../screen-text.ts";
import type { CliSurroundings } from "../surroundings.ts";

/** Prints an offer that was refused, with the reason, against what runs; gives back the exit code. */
export async function showRefused(
  settings: Settings,
  question: { readonly path: string; readonly hash: string },
  surroundings: CliSurroundings,
): Promise<number> {
  const { environment, workingDirectory, terminal, out, err } = surroundings;
  const found = await explainRefused(settings, environment, workingDirectory, question);
  if (found === undefined) {
    const which = question.hash === "" ? "" : ` whose hash begins with ${question.hash}`;
    const where = `${settings.storage.directory}/refused`;
    err(`opampsupervisor: expected a refused offer${which} in ${where}, found none\n`);
    return exitCode.couldNotRun;
  }
  out(refusedText(found, paintFor(terminal, environment)));
  return exitCode.stopped;
}

/** The reason, and a line for each value that it would have changed. */
export function refusedText({ offer, changes, problem }: RefusedExplanation, paint: Paint): string {
  const time = new Date(offer.at).toISOString().replace("T", " ").slice(0, 19);
  const name = offer.hash === "" ? "the offer" : `offer ${offer.hash}`;
  const reason = harmless(offer.why)
    .split("\n")
    .map((line) => `  ${line}\n`);
  const head = `${name} failed at ${time} UTC:\n${reason.join("")}\n`;
  if (problem !== undefined) return `${head}it cannot be shown value by value: ${problem}\n`;
  if (changes.length === 0) return `${head}it would change no value of what runs now\n`;
  const title = "against what runs now (+ new, ~ changed, - gone):\n";
  return `${head}${title}${changes.map((one) => changeText(one, paint)).join("")}`;
}

function changeText({ path, next, before }: LeafChange, paint: Paint): string {
  if (next === undefined) {
    const was = before === undefined ? "" : `: ${cut(before.value)}  # was in ${whereOf(before)}`;
    return `${paint.bad(harmless(`- ${path}${was}`))}\n`;
  }
  const text = `${path}: ${cut(next.value)}  # ${whereOf(next)}`;
  if (before === undefined) return `${paint.good(harmless(`+ ${text}`))}\n`;
  const instead = `, instead of ${cut(before.value)} from ${whereOf(before)}`;
  return `${paint.warn(harmless(`~ ${text}${instead}`))}\n`;
}
