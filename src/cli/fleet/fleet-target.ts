import type { RolloutBody, Target } from "../../dev-server/shapes/api-shapes.ts";

/** What a rollout is told of its pace, as it was typed. */
export interface PaceWish {
  readonly stages?: string;
  readonly settle?: string;
  readonly failures: string;
}

type Pace = Pick<RolloutBody, "stages" | "settleSeconds" | "failuresAllowed">;

/** How an instance id is written. */
export const uidText: RegExp = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const mostSeconds = 86_400;

/** Whom `--to` means: uids, all, a group by its name, or whomever a query finds. */
export function targetOf(text: string): Target | string {
  const words = text.trim();
  if (words === "") return "expected --to to be a UID, all, group:NAME or a query, found nothing";
  if (words === "all") return { all: true };
  const uids = words.split(",").map((word) => word.trim().toLowerCase());
  if (uids.every((uid) => uidText.test(uid))) return { uids };
  const [, group] = /^group:(.+)$/.exec(words) ?? [];
  if (group !== undefined) return { group: group.trim() };
  return { query: words };
}

/** How fast it goes, or what is wrong with that. One agent, or some by name, get it at once. */
export function paceOf(target: Target, { stages, settle, failures }: PaceWish): Pace | string {
  const shares = stages?.split(",").map((share) => Number(share.trim().replace(/%$/, "") || NaN));
  if (shares !== undefined && !areStages(shares)) {
    return `expected --stages to be rising shares in percent that end with 100, such as 10,50,100, found ${stages ?? ""}`;
  }
  const settleSeconds = settle === undefined ? undefined : wholeNumber(settle);
  if (settle !== undefined && (settleSeconds === undefined || settleSeconds > mostSeconds)) {
    return `expected --settle to be a number of seconds up to ${mostSeconds}, found ${settle}`;
  }
  const failuresAllowed = wholeNumber(failures);
  if (failuresAllowed === undefined) {
    return `expected --failures to be a whole number, found ${failures}`;
  }
  const atOnce = "uids" in target && shares === undefined;
  return {
    failuresAllowed,
    ...(atOnce ? { stages: [100], settleSeconds: 0 } : {}),
    ...(shares === undefined ? {} : { stages: shares }),
    ...(settleSeconds === undefined ? {} : { settleSeconds }),
  };
}

function areStages(shares: readonly number[]): boolean {
  const rises = shares.every((share, index) => share > (shares[index - 1] ?? 0));
  return rises && shares.at(-1) === 100;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
