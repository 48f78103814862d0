import { expect, test } from "vitest";
import { fromReference } from "../../src/cli/reference-arguments.ts";

const gate = "opampsupervisor.Extensions";

test.each([
  ["-config s.yaml"],
  ["-config=s.yaml"],
  ["--config=s.yaml"],
  [`--config s.yaml --feature-gates=${gate}`],
  [`--feature-gates ${gate} --config=s.yaml`],
  [`-feature-gates=+${gate},-${gate} -config s.yaml`],
  ["--config s.yaml --feature-gates="],
  ["--config s.yaml "],
])("%s of the reference starts with that file", (line) => {
  expect(fromReference(line.split(" "))).toEqual({ args: ["--config", "s.yaml"], notes: [] });
});

test("-help asks for help", () => {
  expect(fromReference(["-config=a", "-help"]).args).toEqual(["--help"]);
});

test("a gate that means nothing here is named", () => {
  const { args, notes } = fromReference(["-config=a", `--feature-gates=x.Y,${gate},-z`]);
  expect(args).toEqual(["--config", "a"]);
  expect(notes).toEqual([
    "the feature gate x.Y has no effect here",
    "the feature gate z has no effect here",
  ]);
});

test.each([
  "",
  "-config",
  "--config s.yaml --feature-gates",
  "check -config=s.yaml",
  "-config s.yaml check",
  "-c s.yaml",
  "--version",
])("%j stays as it is", (line) => {
  const args = line.split(" ").filter((word) => word !== "");
  expect(fromReference(args).args).toEqual(args);
});

test("of several files the last one counts, which is said", () => {
  const { args, notes } = fromReference(["-config", "a", "--config=b"]);
  expect(args).toEqual(["--config", "b"]);
  expect(notes).toEqual(["of several files after --config the last one counts"]);
  expect(fromReference(["--config", "b", "--config=b"]).notes).toEqual([]);
});

test("no file at all is still a mistake", () => {
  expect(fromReference(["-config="]).args).toEqual(["--config", ""]);
});
