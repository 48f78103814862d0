import type { KeyRule } from "../file/key-rule.ts";
import { needlessKeys, notActedOn } from "../read/not-acted-on.ts";
import { effectOfKey } from "../settings-change.ts";
import { isOwnKey, textOf } from "./key-texts.ts";

/** What holds when a key is not written, in words; undefined where nothing does. */
export function usualOf(path: string, rule: KeyRule | undefined): string | undefined {
  const { usual } = textOf(path);
  if (usual !== undefined || rule === undefined || !("default" in rule)) return usual;
  const value: unknown = rule.default;
  if (!Array.isArray(value)) return String(value);
  return value.length === 0 ? undefined : value.join(", ");
}

/** Why a key has no effect; undefined where it has one. */
export function idleBecause(path: string): string | undefined {
  const isBelow = (key: string): boolean => path === key || path.startsWith(`${key}.`);
  const reason = Object.entries(notActedOn).find(([key]) => isBelow(key));
  if (reason !== undefined) return reason[1].because;
  return needlessKeys.some(isBelow) ? "" : undefined;
}

/** What it takes until a new value of a key holds, in words; all but the last follow a SIGHUP. */
export function takesEffect(path: string): string {
  switch (effectOfKey(path)) {
    case "now":
      return "SIGHUP";
    case "reconnect":
      return "a new connection";
    case "restart-agent":
      return "a restart of the collector";
    case "next-start":
      return "the next start";
  }
}

/** All that an editor shows of a key or section. */
export function description(path: string, rule: KeyRule | undefined): string {
  const usual = usualOf(path, rule);
  const idle = idleBecause(path);
  const isKey = rule !== undefined;
  return [
    textOf(path).says,
    isKey && usual !== undefined ? `Default: ${usual}.` : "",
    idle !== undefined && idle !== "" ? `Without effect: ${idle}.` : "",
    isKey && idle === undefined ? `A new value takes: ${takesEffect(path)}.` : "",
    isOwnKey(path) ? "The reference supervisor has no such key." : "",
  ]
    .filter((part) => part !== "")
    .join(" ");
}
