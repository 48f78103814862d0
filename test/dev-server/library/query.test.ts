import fc from "fast-check";
import { test, expect } from "vitest";
import {
  parseQuery,
  queryFinds,
  type QueriedAgent,
} from "../../../src/dev-server/library/query.ts";

const agent: QueriedAgent = {
  uid: "0192f5aa-0000-7000-8000-000000000001",
  name: "Edge Collector",
  hostName: "web-1.example.com",
  version: "v0.158.2-rc1",
  condition: "degraded",
  configState: "in-sync",
  attributes: { "os.type": "linux", env: "Prod (eu)", "deploy.tag": "a,b", cores: "8", empty: "" },
  configuration: { name: "gateways" },
};

function finds(text: string, subject: QueriedAgent = agent): boolean {
  const query = parseQuery(text);
  if ("problem" in query) throw new Error(`${query.problem} at ${query.at}`);
  return queryFinds(query, subject);
}

function problemOf(text: string): string {
  const query = parseQuery(text);
  return "problem" in query ? `${query.at}: ${query.problem}` : "none";
}

test.each([
  "",
  "   ",
  "web",
  "EDGE",
  "edge example",
  '"edge collector"',
  "0192f5aa",
  "158.2",
  "web*com",
  "host=web-1.example.com",
  "host=web-*",
  "host=*-1.*.com",
  "hostname~example",
  "host:web",
  'name="edge collector"',
  "uid~000001",
  "os.type=linux",
  "OS.Type=LINUX",
  "os.type:lin",
  'env="prod (eu)"',
  "env=prod*",
  "env!=stage",
  "missing!=x",
  "missing!=*",
  "os.type=*",
  'empty=""',
  "deploy.tag=a,b",
  "env!~stage",
  "version>=0.158",
  "version>0.158.1",
  "version<1",
  "version<=0.158.2",
  "cores>4",
  "is:degraded",
  "is:failing,degraded",
  "is=degraded",
  "is!=failing",
  "IS:Degraded",
  "config:in-sync",
  "config:in_sync",
  "configuration=gateways",
  "-is:healthy",
  "NOT is:healthy",
  "NOT -web",
  "web AND edge",
  "nothing OR web",
  "nothing web OR is:degraded linux OR edge",
])("%s finds it", (text) => {
  expect(finds(text)).toBe(true);
});

test.each([
  "nothing",
  "web linux",
  "host=web-1",
  "host=web",
  "host=web-1*example.com*x",
  "missing=x",
  "missing=*",
  "missing~",
  'os.type="*"',
  "version>0.158.2",
  "version<0.158",
  "env>1",
  "is:healthy",
  "config:drifted,failed",
  "configuration!=gateways",
  "-web",
  "NOT web",
  "web AND nothing",
  "nothing OR other",
  "__proto__=x",
  "constructor=*",
])("%s does not find it", (text) => {
  if (text.endsWith("~")) expect(problemOf(text)).toContain("expected a value");
  else expect(finds(text)).toBe(false);
});

test("a colon in a text that is no key is a colon", () => {
  const there = { ...agent, hostName: "localhost:4320" };
  expect(finds("localhost:4320", there)).toBe(true);
  expect(finds("localhost:4321", there)).toBe(false);
});

test("an agent that was offered nothing has no configuration", () => {
  const bare = { ...agent, configuration: undefined };
  expect(finds("configuration=*", bare)).toBe(false);
  expect(finds("configuration!=gateways", bare)).toBe(true);
});

test("what stands twice in one word holds once", () => {
  expect(finds("host=web-1*1.example.com")).toBe(false);
});

test.each([
  ['host="web', '5: expected a closing "'],
  ['a "', '2: expected a closing "'],
  ["host=", '5: expected a value after host=; write host="" for an empty one'],
  ["a =x", "2: expected a key before =, as in host=web"],
  [
    "is:well",
    "3: expected healthy, degraded, failing, away, unknown or guest after is:, found well",
  ],
  ["is:drifted", "after is:, found drifted; config:drifted is what there is"],
  ["config:away", "after config:, found away; is:away is what there is"],
  ["is>healthy", "2: expected is:WORD, found is>"],
  ["is:", "3: expected a value after is:"],
  ["version>=new", "9: expected a number or a version after >=, as in 0.150, found new"],
  ["(a OR b)", "0: expected no parentheses"],
  ["OR a", "0: expected a word before OR"],
  ["a OR", "4: expected a word after OR"],
  ["NOT", "3: expected a word after NOT"],
  ["a -", "2: expected a word after -"],
  ["x".repeat(1_001), "1000: expected a query of at most 1000 characters, found 1001"],
])("%s is not understood, and the place is told", (text, problem) => {
  expect(problemOf(text)).toContain(problem);
});

test("no text is too strange to be read, and a quoted one finds what has it", () => {
  expect(finds("ΑΣ", { ...agent, name: "αστ" })).toBe(true);
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      const query = parseQuery(text);
      if ("problem" in query) expect(query.at).toBeLessThanOrEqual(text.length);
      else expect(typeof queryFinds(query, agent)).toBe("boolean");
      const plain = text.replaceAll('"', "");
      expect(finds(`"${plain}"`, { ...agent, name: `x${plain}y` })).toBe(true);
    }),
  );
});

test("many asterisks take no time", () => {
  const long = { ...agent, name: "a".repeat(100_000) };
  expect(finds(`name=${"*a".repeat(400)}b`, long)).toBe(false);
});
