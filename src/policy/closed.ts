import { isAllowed, parseAddressPattern } from "./addresses.ts";
import { isFilePath, isPagePath } from "./file-keys.ts";
import { destinationsOf, isHostKey, isTelemetryHost, namesHost } from "./hosts.ts";
import { isUnder, type Leaf, pathText } from "./leaves.ts";
import { encodedIn, likenessOf, piecesOf } from "./likeness.ts";
import { mayListen, namesAddress } from "./listen.ts";
import { connectingTypes } from "./listen-defaults.ts";
import { settingMatches } from "./not-places.ts";
import type { Inspected, Part } from "./parts.ts";
import { pathJudge } from "./paths.ts";
import type { Rules, Subject, Violation } from "./policy.ts";
import { withoutSecrets } from "./references.ts";
import { isHarmless, isHarmlessTelemetry, isMeasure, isPure } from "./rule-book.ts";

/** A setting whose meaning is not known. */
interface Unknown {
  readonly leaf: Leaf;
  readonly part: Part | undefined;
  readonly mayBePath: boolean;
  readonly mayBeHost: boolean;
}

/**
 * What an allow list does not understand: settings whose keys are not known here and whose values could name a file or a
 * host. They must be allowed as what they could be, or be named among the settings that are no places.
 */
export function closedViolations(inspected: Inspected): readonly Violation[] {
  const { rules } = inspected;
  const isClosed = (subject: Subject): boolean => rules.limits[subject]?.allow !== undefined;
  if (!isClosed("file_paths") && !isClosed("exporter_hosts") && !isClosed("listen")) return [];
  const judge = judgeBy(inspected);
  return unknownIn(inspected).flatMap(judge);
}

/** Settings that no other rule judges and that are not known to be harmless. */
function unknownIn({ leaves, parts, rules }: Inspected): readonly Unknown[] {
  const telemetry = leaves.filter(
    ({ path }) => isUnder(path, ["service", "telemetry"]) && !isHarmlessTelemetry(path),
  );
  const names = new Set(leaves.flatMap(({ path }) => (path[1] === undefined ? [] : [path[1]])));
  const inParts = parts
    .filter((part) => !part.own && !isPure(part))
    .flatMap((part) => unknownInPart(part, names));
  const all = [...telemetry.map(unknownOfTelemetry), ...inParts];
  const notPlaces = rules.notPlaces ?? [];
  return all.filter(
    ({ leaf, part }) => !notPlaces.some((each) => settingMatches(each, leaf, part)),
  );
}

function unknownOfTelemetry(leaf: Leaf): Unknown {
  const mayBePath = !isFilePath(leaf, undefined);
  return { leaf, part: undefined, mayBePath, mayBeHost: mayBePath && !isTelemetryHost(leaf) };
}

function unknownInPart(part: Part, names: ReadonlySet<string>): readonly Unknown[] {
  const depth = part.place.length;
  const starts = part.type === "receivercreator";
  const own = part.leaves.filter(({ path }) => !(starts && path[depth] === "receivers"));
  const values = own.filter(
    ({ path, text }) => text !== "" && !names.has(text) && !isHarmless(part, path),
  );
  const found = values.map((leaf) => {
    const asks = asksOthers(part, leaf);
    const isPath = isFilePath(leaf, part) || isPagePath(leaf, part);
    const isPlace = namesHost(leaf, part) || namesAddress(leaf, part);
    const mayBePath = !isPath && !isPlace && !(asks && isHostKey(leaf.key));
    return { leaf, part, mayBePath, mayBeHost: mayBePath && !asks };
  });
  return [...found, ...keysIn(part, own)];
}

/** True of receivers that fetch: where they ask is not restricted. */
function asksOthers({ section, type, place }: Part, { path }: Leaf): boolean {
  if (section !== "receivers") return false;
  return connectingTypes.has(type) || (type === "prometheus" && path[place.length] === "config");
}

/** Keys that read as paths or URLs: some components take maps from places to settings. */
function keysIn(part: Part, leaves: readonly Leaf[]): readonly Unknown[] {
  const place = /^\/|\\|:\/\//;
  return leaves.flatMap((leaf) => {
    if (isHarmless(part, leaf.path)) return [];
    return leaf.path
      .slice(part.place.length)
      .filter((key) => place.test(key))
      .map((key) => ({ leaf: { ...leaf, text: key }, part, mayBePath: true, mayBeHost: true }));
  });
}

function judgeBy(inspected: Inspected): (unknown: Unknown) => readonly Violation[] {
  const { rules, realPath } = inspected;
  const paths =
    rules.limits.file_paths?.allow === undefined ? undefined : pathJudge(rules, realPath);
  const isPath = (text: string): boolean =>
    paths === undefined || paths({ path: "", text, whole: false }).length === 0;
  return (unknown) => {
    const subjects = hostSubjects(unknown, rules);
    const isHost = (text: string): boolean => subjects.some((each) => isIn(text, each, rules));
    const fault = faultOf(unknown, {
      path: paths === undefined ? undefined : isPath,
      host: subjects.length === 0 ? undefined : isHost,
    });
    if (fault === undefined) return [];
    const { leaf, part } = unknown;
    const rule = `${fault === "path" ? "file_paths" : (subjects[0] ?? "file_paths")}.allow`;
    const could = fault === "path" ? "a file" : "a host or an address";
    const setting = settingOf(leaf, part);
    const why = `it could name ${could}; where it does not, write ${setting} into agent.policy.not_places`;
    return [{ rule, path: pathText(leaf.path), found: withoutSecrets(leaf.text), why }];
  };
}

/** How a person names the setting in a policy. */
function settingOf({ path }: Leaf, part: Part | undefined): string {
  const names =
    part === undefined
      ? path
      : [...part.place.slice(0, 1), part.place.at(-1) ?? "", ...path.slice(part.place.length)];
  const [section = "", id = "", ...below] = names;
  const keys = below.filter((key) => !/^\[\d+\]$/.test(key));
  return [section, id.split("/")[0] ?? "", ...keys].join(".");
}

/** The lists that say which hosts and addresses a setting may name. */
function hostSubjects({ part }: Unknown, { limits }: Rules): readonly Subject[] {
  const both: readonly Subject[] =
    part !== undefined && mayListen(part) ? ["exporter_hosts", "listen"] : ["exporter_hosts"];
  return both.filter((each) => limits[each]?.allow !== undefined);
}

type Judges = {
  readonly [Kind in "path" | "host"]: ((text: string) => boolean) | undefined;
};

function faultOf(
  { leaf, mayBePath, mayBeHost }: Unknown,
  judges: Judges,
): "path" | "host" | undefined {
  const { isText = true } = leaf;
  const text = isMeasure(leaf.key) ? leaf.text.replaceAll(variable, "$1") : leaf.text;
  const [path, host] = [mayBePath ? judges.path : undefined, mayBeHost ? judges.host : undefined];
  if (text.includes("${") || text.includes("`")) {
    if (path?.(text) === false) return "path";
    return host?.(text) === false ? "host" : undefined;
  }
  for (const piece of piecesOf(text)) {
    const like = likenessOf(piece, isText);
    const isKnownHost = like.host && host?.(piece) === true;
    if (like.host && host !== undefined && !isKnownHost) return "host";
    const rescued = like.either && isKnownHost && !/\.\.|\\/.test(piece);
    if (like.path && path?.(piece) === false && !rescued) return "path";
  }
  const encoded = host === undefined ? [] : encodedIn(text);
  return encoded.some((each) => likenessOf(each, true).host && host?.(each) === false)
    ? "host"
    : undefined;
}

/** A reference to a variable of this machine, with its default. */
const variable = /\$\{(?:env:)?\w+(?::-([^${}]*))?\}/g;

function isIn(text: string, subject: Subject, { limits }: Rules): boolean {
  const entries = limits[subject]?.allow ?? [];
  if (entries.includes(text)) return true;
  const { addresses, unclear } = destinationsOf(text);
  const allow = entries.flatMap((entry) => parseAddressPattern(entry) ?? []);
  return !unclear && addresses.length > 0 && addresses.every((each) => isAllowed(each, allow));
}
