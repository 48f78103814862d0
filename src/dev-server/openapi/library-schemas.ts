import {
  list,
  mapOf,
  named,
  number,
  object,
  text,
  time,
  whole,
  word,
  flag,
  type Schema,
} from "./schema-parts.ts";

const file: Schema = object({ name: text, text });
const agentWords = [
  ...["pending", "sent", "applying", "applied"],
  ...["failed", "away", "overtaken"],
] as const;
const summary = {
  id: text,
  title: text,
  to: text,
  stages: list(number),
  stage: whole,
  failuresAllowed: whole,
  settleSeconds: number,
  state: word("running", "stopped", "done"),
  why: text,
  startedAt: time,
  counts: object(Object.fromEntries(agentWords.map((each) => [each, whole]))),
};

const configurationWhat = object({ configuration: text, version: whole });
const filesWhat = object({ files: mapOf(text) });
const packageWhat = object({ package: object({ name: text, version: text }) });
const fact: Schema = object({ name: text, taken: flag, facts: list(text) });

/** What configurations, groups, rollouts and pictures are made of. */
export const librarySchemas: Readonly<Record<string, Schema>> = {
  ConfigProblem: object({
    file: text,
    line: whole,
    column: whole,
    severity: word("error", "warning"),
    text,
  }),
  NamedConfiguration: object({
    name: text,
    versions: list(object({ version: whole, at: time, note: text, hash: text })),
    groups: list(text),
    agents: object({ newest: whole, older: whole }),
  }),
  ConfigurationText: object({
    name: text,
    version: whole,
    at: time,
    note: text,
    files: list(file),
  }),
  Group: object({ name: text, query: text, agents: whole }, { configuration: text }),
  GroupBody: object({ query: text }, { configuration: { type: ["string", "null"] } }),
  Target: {
    oneOf: [
      object({ uids: list(text) }),
      object({ group: text }),
      object({ query: text }),
      object({ all: { const: true } }),
    ],
  },
  RolloutWhat: {
    oneOf: [
      ...[configurationWhat, filesWhat, packageWhat],
      object({ connections: named("ConnectionsBody") }),
    ],
  },
  RolloutShown: {
    oneOf: [configurationWhat, filesWhat, packageWhat, object({ connections: list(fact) })],
  },
  RolloutBody: object(
    { what: named("RolloutWhat"), to: named("Target") },
    { stages: list(number), failuresAllowed: whole, settleSeconds: number },
  ),
  PreviewBody: object({ to: named("Target") }, { what: named("RolloutWhat") }),
  Affected: object({ uid: text, name: text, hostName: text }, { why: text }),
  RolloutSummary: object(summary, { endedAt: time }),
  Rollout: object(
    {
      ...summary,
      what: named("RolloutShown"),
      agents: list(
        object({
          ...{ uid: text, name: text, stage: whole },
          ...{ state: word(...agentWords), errorMessage: text },
        }),
      ),
    },
    { endedAt: time },
  ),
  Pictures: object({
    health: list(
      object({
        ...{ at: time, total: whole, healthy: whole, degraded: whole, failing: whole },
        ...{ away: whole, unknown: whole, applying: whole },
      }),
    ),
    applies: list(object({ at: time, ms: number, uid: text, failed: flag })),
    restarts: list(object({ hour: time, count: whole })),
    versions: list(object({ version: text, count: whole })),
  }),
};
