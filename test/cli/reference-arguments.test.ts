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
])("%s of the reference starts with that file", (line) => {
  expect(fromReference(line.split(" "))).toEqual({ args: ["--config", "s.yaml"], idleGates: [] });
});

test("a gate that means nothing here is named", () => {
  const { args, idleGates } = fromReference(["-config=a", `--feature-gates=x.Y,${gate},-z`]);
  expect(args).toEqual(["--config", "a"]);
  expect(idleGates).toEqual(["x.Y", "z"]);
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

test("a file that is named twice, or not at all, is still a mistake", () => {
  const twice = fromReference(["-config", "a", "--config=b"]);
  expect(twice.args).toEqual(["--config", "a", "--config", "b"]);
  expect(fromReference(["-config="]).args).toEqual(["--config", ""]);
});
