import {
  folded,
  numbersOf,
  termOf,
  type Comparison,
  type Parts,
  type QueryProblem,
  type QueryToken,
  type Term,
} from "./query-terms.ts";

/*
 * What finds agents, for the search field, groups, rollouts and the command line. Nothing here needs more than a browser.
 *
 * | written                       | finds agents                                                          |
 * | ----------------------------- | --------------------------------------------------------------------- |
 * | `web`                         | with this in their name, host, version or uid                         |
 * | `"web 1"`                     | the same of a text with blanks                                        |
 * | `host=web-1`, `host!=web-1`   | whose host, attribute, ... is this, or is not                         |
 * | `host=web-*`                  | the same; an asterisk stands for anything                             |
 * | `os.type~lin`, `host:web`     | with this in it                                                       |
 * | `version>=0.150`              | with this version or a later one; also `>`, `<`, `<=`                 |
 * | `is:failing,degraded`         | that are so: healthy, degraded, failing, away, unknown                |
 * | `config:drifted`              | none, waiting, applying, in-sync, failed, drifted                     |
 * | `-host=web-1`, `NOT web`      | all others                                                            |
 * | `a b`, `a AND b`, `a OR b`    | all of it; one of both, where OR is the weaker                        |
 *
 * Keys: name, host, version, uid, configuration, or any attribute. Capitals make no difference. Nothing finds all.
 */

/** A query that was understood: one of these lists of terms holds as a whole. */
export interface Query {
  readonly anyOf: readonly (readonly Term[])[];
}

/** What is looked at of an agent. */
export interface QueriedAgent {
  readonly uid: string;
  readonly name: string;
  readonly hostName: string;
  readonly version: string;
  readonly condition: string;
  readonly configState: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly configuration: { readonly name: string } | undefined;
  readonly guest?: object | undefined;
}

type ValueTerm = Extract<Term, { readonly is: "value" }>;

const maxLength = 1_000;
const tokenPattern = /"[^"]*"?|[^\s"]+/y;
const keyPattern = /^([^\s"=!~:<>]*)(!=|!~|>=|<=|=|~|:|>|<)/;

/** Reads a query, or says what is wrong with it and where. */
export function parseQuery(text: string): Query | QueryProblem {
  if (text.length > maxLength) {
    const problem = `expected a query of at most ${maxLength} characters, found ${text.length}`;
    return { problem, at: maxLength };
  }
  const anyOf: Term[][] = [];
  let terms: Term[] = [];
  let negated = false;
  for (let at = nextWord(text, 0); at < text.length; at = nextWord(text, at)) {
    const token = readToken(text, at, negated);
    if ("problem" in token) return token;
    const next = at + token.text.length;
    if (token.text === "NOT") {
      negated = !negated;
    } else if (token.text === "OR") {
      if (terms.length === 0 || negated) return { problem: "expected a word before OR", at };
      anyOf.push(terms);
      terms = [];
    } else if (token.text !== "AND") {
      const term = termOf(token);
      if ("problem" in term) return term;
      terms.push(term);
      negated = false;
    }
    at = next;
  }
  if (negated) return { problem: "expected a word after NOT", at: text.length };
  if (terms.length === 0 && anyOf.length > 0) {
    return { problem: "expected a word after OR", at: text.length };
  }
  return { anyOf: [...anyOf, terms] };
}

/** Whether an agent is one of those that a query asks for. */
export function queryFinds({ anyOf }: Query, agent: QueriedAgent): boolean {
  return anyOf.some((terms) => terms.every((term) => holds(term, agent)));
}

function nextWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
  return at;
}

/** A word goes to the next blank outside of quotes. */
function readToken(text: string, at: number, negated: boolean): QueryToken | QueryProblem {
  let end = at;
  for (;;) {
    tokenPattern.lastIndex = end;
    const [piece] = tokenPattern.exec(text) ?? [];
    if (piece === undefined) break;
    if (piece.startsWith('"') && (piece.length === 1 || !piece.endsWith('"'))) {
      return { problem: 'expected a closing "', at: end };
    }
    end += piece.length;
  }
  const whole = text.slice(at, end);
  if (whole.startsWith("(")) {
    return { problem: "expected no parentheses; a text that has some stands in quotes", at };
  }
  const minus = whole.startsWith("-") ? 1 : 0;
  const rest = whole.slice(minus);
  const [prefix = "", key = "", operator = ""] = keyPattern.exec(rest) ?? [];
  const written = rest.slice(prefix.length);
  const place = { text: whole, at, negated: negated !== (minus === 1), key, operator };
  const quoted = written.startsWith('"');
  return {
    ...place,
    value: written.replaceAll('"', ""),
    valueAt: at + minus + prefix.length,
    quoted,
  };
}

function holds(term: Term, agent: QueriedAgent): boolean {
  if (term.is === "not") return !holds(term.term, agent);
  if (term.is === "condition") {
    const isGuest = agent.guest !== undefined && term.anyOf.includes("guest");
    return isGuest || term.anyOf.includes(agent.condition);
  }
  if (term.is === "config") return term.anyOf.includes(agent.configState);
  if (term.is === "words") return hasWords(term.parts, agent);
  const found = valueOf(term, agent);
  if (term.words !== undefined && hasWords(term.words, agent)) return true;
  if (found === undefined) return false;
  if (term.comparison === "=") return isWhole(folded(found), term.parts);
  if (term.comparison === "~") return isWithin(folded(found), term.parts);
  return isInOrder(numbersOf(found), term.comparison, term.numbers);
}

function hasWords(parts: Parts, { name, hostName, version, uid }: QueriedAgent): boolean {
  return [name, hostName, version, uid].some((text) => isWithin(folded(text), parts));
}

/** Undefined: the agent has said nothing of it. */
function valueOf({ key, lowerKey: lower }: ValueTerm, agent: QueriedAgent): string | undefined {
  const { attributes } = agent;
  if (Object.hasOwn(attributes, key)) return attributes[key];
  if (lower === "name") return agent.name;
  if (lower === "host" || lower === "hostname") return agent.hostName;
  if (lower === "version") return agent.version;
  if (lower === "uid") return agent.uid;
  if (lower === "configuration") return agent.configuration?.name;
  return Object.entries(attributes).find(([each]) => folded(each) === folded(key))?.[1];
}

/** The parts one after another, anything between them. */
function isWithin(text: string, parts: Parts): boolean {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return true;
}

/** The same from the beginning to the end. */
function isWhole(text: string, parts: Parts): boolean {
  const [first = "", ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  return isWithin(text.slice(first.length, text.length - last.length), others);
}

function isInOrder(
  left: readonly number[] | undefined,
  comparison: Comparison,
  right: readonly number[] | undefined,
): boolean {
  if (left === undefined || right === undefined) return false;
  const longest = Math.max(left.length, right.length);
  let order = 0;
  for (let at = 0; at < longest && order === 0; at += 1) order = (left[at] ?? 0) - (right[at] ?? 0);
  if (comparison === ">") return order > 0;
  if (comparison === ">=") return order >= 0;
  return comparison === "<" ? order < 0 : order <= 0;
}
