import { test, expect } from "vitest";
import { firstConfigurationFor } from "../../../src/dev-server/library/group-of.ts";
import {
  emptyLibrary,
  withConfiguration,
  withGroup,
  type Library,
  type SavedGroup,
} from "../../../src/dev-server/library/library.ts";
import type { QueriedAgent } from "../../../src/dev-server/library/query.ts";

const agent: QueriedAgent = {
  uid: "u",
  name: "edge",
  hostName: "web-1",
  version: "1",
  condition: "healthy",
  configState: "none",
  attributes: {},
  configuration: undefined,
};

const none = (): boolean => false;

function libraryOf(...groups: readonly SavedGroup[]): Library {
  const versions = [3, 2].map((version) => {
    return { version, at: 1, note: "", hash: `${version}`, files: [{ name: "", text: "" }] };
  });
  const [newest, ...older] = versions;
  if (newest === undefined) throw new Error("no version");
  const full = ["one", "two"].reduce<Library>(
    (library, name) => withConfiguration(library, { name, versions: [newest, ...older] }),
    emptyLibrary(),
  );
  return groups.reduce<Library>(withGroup, full);
}

test("the first group by name that an agent belongs to gives its newest version", () => {
  const library = libraryOf(
    { name: "c", query: "", configuration: "two" },
    { name: "b", query: "web", configuration: "one" },
    { name: "a", query: "db", configuration: "two" },
    { name: "0", query: "web", configuration: undefined },
  );
  const first = firstConfigurationFor(library, agent, none);
  expect(first).toMatchObject({ group: "b", configuration: "one", version: { version: 3 } });
});

test.each<[string, SavedGroup]>([
  ["a group of others", { name: "a", query: "db", configuration: "one" }],
  ["a group without one", { name: "a", query: "web", configuration: undefined }],
  ["a group whose configuration is gone", { name: "a", query: "web", configuration: "gone" }],
  ["a query of another time", { name: "a", query: 'web"', configuration: "one" }],
])("%s gives nothing", (_, group) => {
  expect(firstConfigurationFor(libraryOf(group), agent, none)).toBeUndefined();
});

test("a version whose rollout has not come to its end is given to nobody new", () => {
  const library = libraryOf({ name: "a", query: "", configuration: "one" });
  const unproven = (name: string, version: number): boolean => name === "one" && version === 3;
  expect(firstConfigurationFor(library, agent, unproven)?.version.version).toBe(2);
  expect(firstConfigurationFor(library, agent, () => true)).toBeUndefined();
});
