import { test, expect } from "vitest";
import {
  deleteConfiguration,
  deleteGroup,
  emptyLibrary,
  groupsWith,
  libraryLimits,
  saveConfiguration,
  saveGroup,
  versionOf,
  type ConfigurationWish,
  type Library,
  type Saving,
} from "../../../src/dev-server/library/library.ts";
import { storedLibrary } from "../../../src/dev-server/library/stored-library.ts";

function wish(text: string, more: Partial<ConfigurationWish> = {}): ConfigurationWish {
  return { files: [{ name: "", text }], note: "", hash: `#${text}`, now: 1, ...more };
}

function done<T>(saving: Saving<T>): Library {
  if ("problem" in saving) throw new Error(saving.problem);
  return saving.library;
}

function problemOf(saving: Saving<unknown>): string {
  return "problem" in saving ? saving.problem : "none";
}

function save(library: Library, name: string, text: string): Library {
  return done(saveConfiguration(library, name, wish(text)));
}

const one = save(emptyLibrary(), "gateways", "a: 1");

test("each new text is a version, and the newest stands first", () => {
  const two = done(saveConfiguration(one, "gateways", wish("a: 2", { note: "two", now: 5 })));
  expect(two.configurations.get("gateways")?.versions).toEqual([
    { version: 2, at: 5, note: "two", hash: "#a: 2", files: [{ name: "", text: "a: 2" }] },
    { version: 1, at: 1, note: "", hash: "#a: 1", files: [{ name: "", text: "a: 1" }] },
  ]);
  expect(versionOf(two, "gateways", undefined)?.version).toBe(2);
  expect(versionOf(two, "gateways", 1)?.files[0]?.text).toBe("a: 1");
  expect(versionOf(two, "gateways", 3)).toBeUndefined();
  expect(versionOf(two, "other", 1)).toBeUndefined();
});

test("the newest text again is no new version, an older one is", () => {
  expect(save(one, "gateways", "a: 1")).toBe(one);
  const back = save(save(one, "gateways", "a: 2"), "gateways", "a: 1");
  expect(back.configurations.get("gateways")?.versions.map(({ version }) => version)).toEqual([
    3, 2, 1,
  ]);
});

test("the oldest versions go when there are too many, and numbers are never given twice", () => {
  let library = one;
  for (let at = 2; at <= libraryLimits.versions + 3; at += 1) {
    library = save(library, "gateways", `a: ${at}`);
  }
  const numbers = library.configurations.get("gateways")?.versions.map(({ version }) => version);
  expect(numbers).toHaveLength(libraryLimits.versions);
  expect(numbers?.[0]).toBe(libraryLimits.versions + 3);
  expect(numbers?.at(-1)).toBe(4);
});

test("the oldest versions go when they are too long, and the newest stays", () => {
  let library = emptyLibrary();
  for (let at = 1; at <= 7; at += 1) {
    library = save(library, "long", `${at}`.repeat(libraryLimits.textLength));
  }
  expect(library.configurations.get("long")?.versions).toHaveLength(5);
});

test.each<[string, ConfigurationWish, string]>([
  ["no text at all", wish("", { files: [] }), "expected at least one text"],
  ["too long a text", wish("x".repeat(libraryLimits.textLength + 1)), "characters of text"],
  ["too long a note", wish("a", { note: "x".repeat(1_001) }), "a note of at most 1000"],
  [
    "too many texts",
    wish("a", { files: Array.from({ length: 101 }, (_, at) => ({ name: `${at}`, text: "" })) }),
    "at most 100 texts, found 101",
  ],
])("%s is refused", (_, wished, why) => {
  expect(problemOf(saveConfiguration(one, "gateways", wished))).toContain(why);
});

test.each([
  "",
  " ",
  ".",
  "..",
  "a/b",
  "a\\b",
  "-a",
  "a ",
  "__proto__",
  "<b>x</b>",
  "a\nb",
  "a%2Fb",
  "e\u0301",
  "x".repeat(81),
  "x".repeat(1024 * 1024),
])("%j is no name", (name) => {
  for (const saving of [
    saveConfiguration(one, name, wish("a")),
    saveGroup(one, { name, query: "", configuration: undefined }),
  ]) {
    const problem = problemOf(saving);
    expect(problem).toContain("expected a name of");
    expect(problem.length).toBeLessThan(400);
  }
});

test.each(["a", "constructor", "Gateway 2.1_b", "Überwachung", "監視", "hasOwnProperty"])(
  "%s is a name",
  (name) => {
    const library = save(one, name, "a");
    expect(versionOf(library, name, undefined)?.version).toBe(1);
  },
);

test("a configuration that new agents get is not deleted", () => {
  const group = (name: string): Parameters<typeof saveGroup>[1] => {
    return { name, query: "is:healthy", configuration: "gateways" };
  };
  const held = done(saveGroup(done(saveGroup(one, group("b"))), group("a")));
  expect(groupsWith(held, "gateways")).toEqual(["a", "b"]);
  expect(problemOf(deleteConfiguration(held, "gateways"))).toBe(
    "new agents of the groups a, b get it; change that first",
  );
  const free = done(deleteGroup(done(deleteGroup(held, "a")), "b"));
  const gone = done(deleteConfiguration(free, "gateways"));
  expect(gone.configurations.size).toBe(0);
  expect(problemOf(deleteConfiguration(gone, "gateways"))).toBe(
    "there is no configuration gateways",
  );
  expect(problemOf(deleteGroup(gone, "a"))).toBe("there is no group a");
});

test.each([
  ["host=", undefined, "the query, character 6: expected a value"],
  ["web", "other", "there is no configuration other"],
])("a group of %j with %s is refused", (query, configuration, why) => {
  expect(problemOf(saveGroup(one, { name: "g", query, configuration }))).toContain(why);
});

test("there is an end to groups and configurations, and each may still be changed", () => {
  let library = one;
  for (let at = 0; at < libraryLimits.groups; at += 1) {
    library = done(saveGroup(library, { name: `g${at}`, query: "", configuration: undefined }));
  }
  const more = { name: "more", query: "", configuration: undefined };
  expect(problemOf(saveGroup(library, more))).toContain("at most 100 groups");
  done(saveGroup(library, { ...more, name: "g5", query: "web" }));
  for (let at = 1; at < libraryLimits.configurations; at += 1)
    library = save(library, `c${at}`, "");
  expect(problemOf(saveConfiguration(library, "more", wish("a")))).toContain("at most 500");
  save(library, "c5", "a");
});

test("what a store has kept comes back, and what is none of ours does not", () => {
  const group = { name: "g", query: "web", configuration: "gateways" };
  const plain = { name: "p", query: "", configuration: undefined };
  const library = done(saveGroup(done(saveGroup(one, group)), plain));
  const through = (values: Iterable<object>): unknown[] =>
    [...values].map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  const configurations = through(library.configurations.values());
  expect(storedLibrary(configurations, through(library.groups.values()))).toEqual(library);
  const strange = [
    null,
    1,
    {},
    { name: "x" },
    { name: "x", versions: [] },
    { name: "x", versions: [{}] },
  ];
  expect(storedLibrary(strange, strange).configurations.size).toBe(0);
  expect(storedLibrary(strange, strange).groups.size).toBe(0);
});
