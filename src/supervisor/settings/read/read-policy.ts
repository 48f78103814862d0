import { LineCounter, parseDocument } from "yaml";
import { messageOf } from "../../../errors.ts";
import { readRegularText } from "../../../files/regular-file.ts";
import { faultOfAddress } from "../../../policy/listen.ts";
import { faultOfComponent } from "../../../policy/components.ts";
import { faultOfHost } from "../../../policy/hosts.ts";
import { faultOfPath } from "../../../policy/paths.ts";
import { faultOfProvider } from "../../../policy/providers.ts";
import { faultOfSetting } from "../../../policy/not-places.ts";
import { type Rules, subjects, type Subject, type Limits } from "../../../policy/policy.ts";
import { checkTree } from "../file/check-tree.ts";
import { findReadable } from "./files.ts";
import { policyTree } from "../keys/policy-keys.ts";
import { createProblemList } from "../file/problem-list.ts";
import { type Reading, createReading } from "./reading.ts";
import { yamlOptions, type TreeContext, buildTree } from "../file/tree.ts";
import { reportUnset } from "../file/unset-variables.ts";
import { reportYaml } from "./yaml-problems.ts";

/** It is written by hand. */
const maxPolicyBytes = 1024 * 1024;

/** What the rules know of the supervisor itself. */
type OwnPlaces = Pick<Rules, "ownFiles" | "ownHealthChecks">;

/** What the operator writes. */
type Written = Pick<Rules, "limits" | "notPlaces">;

const key = "agent.policy";

/** `agent.policy`: written in place, or the path of a file. Without it only the supervisor's own files are out of reach. */
export function readPolicy(reading: Reading, own: OwnPlaces): Rules {
  const path = reading.text(key);
  if (path !== undefined) return readPolicyFile(path, reading, own);
  refuseBare(reading, key);
  return { ...readRules(reading, `${key}.`), ...own };
}

function readPolicyFile(path: string, reading: Reading, own: OwnPlaces): Rules {
  const found = findReadable(
    path.replace(/^file:(\/\/)?/, ""),
    reading.quoted(key),
    reading.sources,
  );
  if (found.is === "unusable") {
    reading.error(found.code, key, `${found.message}: expected a file with the policy`);
    return { limits: {}, ...own };
  }
  const text = readText(found.file);
  if (text === undefined) return { limits: {}, ...own };
  const lines = new LineCounter();
  const document = parseDocument(text, { ...yamlOptions, lineCounter: lines });
  const problems = createProblemList(found.file, text, lines);
  const noticed = { unset: [], references: [] };
  const context: TreeContext = { source: text, sources: reading.sources, problems, ...noticed };
  const rules = readFile(document, context);
  reading.adopt(problems);
  return { ...rules, ...own, ownFiles: [...own.ownFiles, found.file] };

  function readText(file: string): string | undefined {
    try {
      return readRegularText(file, maxPolicyBytes);
    } catch (error) {
      reading.error("file-unreadable", key, messageOf(error));
      return undefined;
    }
  }
}

function readFile(document: Parameters<typeof buildTree>[0], context: TreeContext): Written {
  const { problems, sources } = context;
  if (reportYaml(document, context.source, problems, expected)) return { limits: {} };
  const checked = checkTree(buildTree(document, context), policyTree, problems);
  const rules = readRules(createReading(checked, problems, sources), "");
  reportUnset(context.unset, problems);
  return rules;
}

const written = [...subjects, "not_places"].join(", ");
const expected = { least: `one of ${subjects.join(", ")}`, keys: written };

// The key was written to restrict something: to restrict nothing without a word would be worse than an error.
function refuseBare(reading: Reading, path: string): void {
  if (!reading.bare(path)) return;
  const message = "expected rules, found nothing: leave the key out to permit everything";
  reading.error("value-invalid", path, message);
}

function readRules(reading: Reading, prefix: string): Written {
  const notPlaces = readEntries(faultOfSetting, reading, `${prefix}not_places`);
  const limits = readLimits(reading, prefix);
  return notPlaces.length === 0 ? { limits } : { limits, notPlaces };
}

function readLimits(reading: Reading, prefix: string): Rules["limits"] {
  const entries = subjects.flatMap((subject) => {
    const limits = readSubject(subject, reading, `${prefix}${subject}`);
    return limits === undefined ? [] : [[subject, limits] as const];
  });
  return Object.fromEntries(entries);
}

function readSubject(subject: Subject, reading: Reading, path: string): Limits | undefined {
  for (const each of [path, `${path}.allow`, `${path}.deny`]) refuseBare(reading, each);
  const allow = reading.written(`${path}.allow`)
    ? readList(subject, reading, `${path}.allow`)
    : undefined;
  const deny = readList(subject, reading, `${path}.deny`);
  return allow === undefined && deny.length === 0 ? undefined : { allow, deny };
}

const faultOf: Readonly<Record<Subject, (entry: string) => string | undefined>> = {
  components: faultOfComponent,
  exporter_hosts: faultOfHost,
  file_paths: faultOfPath,
  providers: faultOfProvider,
  listen: faultOfAddress,
};

function readList(subject: Subject, reading: Reading, path: string): readonly string[] {
  return readEntries(faultOf[subject], reading, path);
}

function readEntries(
  faultIn: (entry: string) => string | undefined,
  reading: Reading,
  path: string,
): readonly string[] {
  const entries = reading.texts(path).map((entry) => entry.trim());
  for (const [index, entry] of entries.entries()) {
    const place = `${path}[${index}]`;
    const fault = faultIn(entry);
    if (fault !== undefined) {
      reading.error("value-invalid", place, `${fault}; found ${reading.quoted(place)}`);
    }
  }
  return entries;
}
