import { test, expect } from "vitest";
import { createSecrets } from "../../src/agent-config/secret-files.ts";
import { mapOf, listOf } from "../../src/agent-config/yaml/nodes.ts";

const namesOf = (salt: string, text: string): readonly string[] => {
  const secrets = createSecrets("/state/secrets", salt);
  secrets.value(text);
  return secrets.files().map(({ name }) => name);
};

test("a name tells the content: the same each time, and another one elsewhere", () => {
  expect(namesOf("a", "secret")).toEqual(namesOf("a", "secret"));
  expect(namesOf("a", "secret")).not.toEqual(namesOf("a", "another"));
  expect(namesOf("a", "secret")).not.toEqual(namesOf("b", "secret"));
});

test("the same secret twice is one file", () => {
  const secrets = createSecrets("/state/secrets", "a");
  expect(secrets.value("one").value).toBe(secrets.value("one").value);
  expect(secrets.files()).toHaveLength(1);
});

test("a file holds what the collector expands to the secret; one with a key holds it as it is", () => {
  const secrets = createSecrets("/state/secrets", "a");
  secrets.value("a$b ${env:HOME}");
  secrets.path("k$y");
  expect(secrets.files().map(({ text }) => text)).toEqual(["a$$b $${env:HOME}", "k$y"]);
});

test.each(["null", "~", "#1", "18446744073709551615"])(
  "%j, which the collector would not read as a text, is in two pieces",
  (value) => {
    const secrets = createSecrets("/state/secrets", "a");
    expect(secrets.value(value).value).toMatch(/^\$\{file:\S+\}\$\{file:\S+\}$/);
    expect(
      secrets
        .files()
        .map(({ text }) => text)
        .join(""),
    ).toBe(value);
  },
);

test("an empty text is no secret", () => {
  const secrets = createSecrets("/state/secrets", "a");
  expect(secrets.value("").value).toBe("");
  expect(secrets.files()).toEqual([]);
});

test("the places are found again in a tree, and only those", () => {
  const secrets = createSecrets("/s", "a");
  const [own, judged] = [secrets.value("one"), secrets.value("two", "judged")];
  const tree = mapOf({ a: listOf([own, "x"]), "b::c": mapOf({ d: judged, e: own.clone() }) });
  expect(secrets.placesIn(tree)).toEqual([
    { path: ["a", "[0]"], text: own.value, judged: undefined },
    { path: ["b", "c", "d"], text: judged.value, judged: "two" },
  ]);
});
