import type { PreviewBody, RolloutBody, RolloutWhat, Target } from "../shapes/api-shapes.ts";

type Read<T> = { readonly value: T } | { readonly expected: string };
type Parts = Readonly<Record<string, unknown>>;

const expectedTarget =
  'expected "to" as one of {"uids": [...]}, {"group": name}, {"query": text}, {"all": true}';
const expectedWhat =
  'expected "what" as one of {"configuration": name, "version": number}, {"files": {"name": "yaml text"}}, {"package": {"name": text, "version": text}}, {"connections": {...}}';

/** What a rollout is to do, or what was expected. */
export function readRollout(body: unknown): Read<RolloutBody> {
  const parts = partsOf(body);
  const to = targetIn(parts["to"]);
  const what = whatIn(parts["what"]);
  if (what === undefined) return { expected: expectedWhat };
  if (to === undefined) return { expected: expectedTarget };
  const { stages, failuresAllowed, settleSeconds } = parts;
  if (stages !== undefined && !isNumbers(stages)) {
    return { expected: 'expected "stages" as a list of numbers, as in [10, 50, 100]' };
  }
  if (!isNumberOrNone(failuresAllowed) || !isNumberOrNone(settleSeconds)) {
    return { expected: 'expected "failuresAllowed" and "settleSeconds" as numbers' };
  }
  return {
    value: {
      what,
      to,
      ...(stages === undefined ? {} : { stages }),
      ...(failuresAllowed === undefined ? {} : { failuresAllowed }),
      ...(settleSeconds === undefined ? {} : { settleSeconds }),
    },
  };
}

/** Whom to look up, or what was expected. */
export function readPreview(body: unknown): Read<PreviewBody> {
  const parts = partsOf(body);
  const to = targetIn(parts["to"]);
  if (to === undefined) return { expected: expectedTarget };
  if (parts["what"] === undefined) return { value: { to } };
  const what = whatIn(parts["what"]);
  return what === undefined ? { expected: expectedWhat } : { value: { to, what } };
}

/** The target of a body that has nothing else, or what was expected. */
export function readTarget(body: unknown): Read<Target> {
  const to = targetIn(partsOf(body)["to"]);
  return to === undefined ? { expected: expectedTarget } : { value: to };
}

function targetIn(value: unknown): Target | undefined {
  const parts = partsOf(value);
  if (Object.keys(parts).length !== 1) return undefined;
  const { uids, group, query, all } = parts;
  if (Array.isArray(uids) && uids.every((uid) => typeof uid === "string")) return { uids };
  if (typeof group === "string") return { group };
  if (typeof query === "string") return { query };
  return all === true ? { all } : undefined;
}

function whatIn(value: unknown): RolloutWhat | undefined {
  const parts = partsOf(value);
  const kinds = ["configuration", "files", "package", "connections"].filter((kind) =>
    Object.hasOwn(parts, kind),
  );
  if (kinds.length !== 1) return undefined;
  const { configuration, version, files } = parts;
  if (typeof configuration === "string") {
    return typeof version === "number" ? { configuration, version } : undefined;
  }
  if (files !== undefined) return isTexts(files) ? { files } : undefined;
  if (Object.hasOwn(parts, "connections")) return { connections: partsOf(parts["connections"]) };
  const { name, version: wanted } = partsOf(parts["package"]);
  if (typeof name !== "string" || typeof wanted !== "string") return undefined;
  return { package: { name, version: wanted } };
}

function partsOf(value: unknown): Parts {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === "string");
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === "number");
}

function isNumberOrNone(value: unknown): value is number | undefined {
  return value === undefined || typeof value === "number";
}
