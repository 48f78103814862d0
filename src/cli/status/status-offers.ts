import type { StatusAnswer } from "../../supervisor/core/report/status/status-answer.ts";
import type { Paint } from "../screen-text.ts";
import { type Line, agoText, short } from "./status-words.ts";

/** What was offered and what became of it, what is in quarantine, and what a person can do about it. */
export function offerLines(answer: StatusAnswer, paint: Paint): readonly Line[] {
  const { offers, quarantine, waiting, paths } = answer;
  const failed = offers.find(({ verdict }) => verdict === "failed");
  const isNewest = failed !== undefined && offers[0] === failed && failed.kind === "configuration";
  return [
    ...(offers.length === 0 ? [{ text: "nothing was offered since the start" }] : []),
    ...offers.flatMap((one) => pastOffer(answer, one, paint)),
    ...(waiting === null
      ? []
      : [{ text: `waiting ${short(waiting.hash)}: it came too soon after others` }]),
    ...(quarantine.length === 0
      ? []
      : [{ text: `quarantine: ${quarantine.map(quarantined(answer)).join(", ")}` }]),
    ...(isNewest
      ? [
          { text: `see  opampsupervisor explain --refused --config ${paths.settings}` },
          { text: `then opampsupervisor retry --wait --config ${paths.settings}` },
        ]
      : []),
  ];
}

function pastOffer(
  answer: StatusAnswer,
  one: StatusAnswer["offers"][number],
  paint: Paint,
): readonly Line[] {
  const colour = { failed: paint.bad, applied: paint.good, applying: paint.warn }[one.verdict];
  const time = one.decidedAt ?? one.receivedAt;
  const when = time === null ? "before this supervisor started" : agoText(answer, time);
  const what = one.kind === "connections" ? "connection settings " : "";
  const by = one.refusedByPolicy ? ", by the local policy" : "";
  const again =
    one.retryFrom === null ? "" : `, not tried again before ${clockText(one.retryFrom)}`;
  return [
    { text: `${one.verdict} ${what}${short(one.hash)} ${when}${by}${again}`, paint: colour },
    ...(one.reason === null ? [] : one.reason.split("\n").map((text) => ({ text: `  ${text}` }))),
  ];
}

function quarantined(answer: StatusAnswer) {
  return ({ hash, until }: StatusAnswer["quarantine"][number]): string =>
    until === null
      ? `${short(hash)} until something changes here`
      : `${short(hash)} ends ${agoText(answer, until)}`;
}

/** The clock of this machine, as the log shows it. */
function clockText(time: string): string {
  return `${time.slice(11, 19)} UTC`;
}
