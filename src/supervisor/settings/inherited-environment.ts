import type { VariableReference } from "./file/expand-variables.ts";

/** `agent.env_inherit`: all, all but our own credentials, or those of these names, where `*` stands for anything. */
export type EnvInherit = "all" | "without-credentials" | readonly string[];

type Environment = ReadonlyMap<string, string>;

/** What of our environment the agent gets. */
export interface Inheritance {
  readonly environment: Environment;
  /** Names, in their order. */
  readonly withheld: readonly string[];
}

/** Variables that name a credential of ours, and the local configurations, which may refer to them too. */
interface Referrers {
  readonly credentialVariables: readonly string[];
  readonly localTexts: readonly string[];
}

/** What every program may need to work at all. */
const general =
  /^(PATH|HOME|USER|LOGNAME|SHELL|PWD|HOSTNAME|TMPDIR|TMP|TEMP|LANG|LANGUAGE|LC_\w+|TZ|SSL_CERT_(FILE|DIR)|(HTTP|HTTPS|NO|ALL)_PROXY|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT)$/i;

/** Divides our environment into what the agent gets and what it does not. */
export function inherit(own: Environment, rule: EnvInherit, referrers: Referrers): Inheritance {
  const keeps = keeping(rule, referrers);
  const isKept = (name: string): boolean => general.test(name) || keeps(name);
  return {
    environment: new Map([...own].filter(([name]) => isKept(name))),
    withheld: [...own.keys()].filter((name) => !isKept(name)).toSorted(),
  };
}

function keeping(rule: EnvInherit, referrers: Referrers): (name: string) => boolean {
  if (rule === "all") return () => true;
  if (rule === "without-credentials") {
    const { credentialVariables, localTexts } = referrers;
    const ours = new Set(credentialVariables);
    return (name) => !ours.has(name) || localTexts.some((text) => refersTo(name, text));
  }
  const patterns = rule.map(patternOf);
  return (name) => patterns.some((pattern) => pattern.test(name));
}

// Finds some references too many: also in places where the collector would not expand them.
function refersTo(name: string, text: string): boolean {
  return new RegExp(`\\$\\{?(?:env:)?${name}(?!\\w)`).test(text);
}

function patternOf(entry: string): RegExp {
  const parts = entry.split("*").map((part) => part.replaceAll(/[^\w]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

const sectionsOfOurs = /^(server|extensions|telemetry)\b/;

/** The variables that only those sections refer to in which our own credentials stand. */
export function credentialVariables(references: readonly VariableReference[]): readonly string[] {
  const isOurs = ({ path }: VariableReference): boolean => sectionsOfOurs.test(path);
  const others = new Set(references.filter((each) => !isOurs(each)).map(({ name }) => name));
  const ours = new Set(references.filter(isOurs).map(({ name }) => name));
  return [...ours].filter((name) => !others.has(name)).toSorted();
}
