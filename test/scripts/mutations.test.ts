import { join } from "node:path";
import { expect, test } from "vitest";

interface Mutation {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly breaks: string;
}

// A plain script, which has no types.
const path = join(import.meta.dirname, "../../scripts/mutations/list.js");
const { broken, mutations } = (await import(path)) as {
  mutations: readonly Mutation[];
  broken: (mutation: Mutation) => { readonly text?: string; readonly problem?: string };
};

test("each break of `npm run test:mutations` still finds the text that it changes", () => {
  expect(mutations.flatMap((each) => broken(each).problem ?? [])).toEqual([]);
  expect(mutations.length).toBeGreaterThanOrEqual(50);
});

test("what is not there once is told with its place", () => {
  const gone = { file: "package.json", find: "no such text", replace: "", breaks: "nothing" };
  expect(broken(gone).problem).toContain("expected this text once in package.json, found it 0");
});
