import { test, expect } from "vitest";
import { binaryWarning } from "../../src/agent-config/binary-warning.ts";
import { binary } from "../helpers/core/core-samples.ts";

test.each([
  [{ knownBy: "answers", validates: true } as const, undefined],
  [{ knownBy: "build", validates: true } as const, /built from$/],
  [{ knownBy: "answers", validates: false } as const, /^it has no validate/],
  [{ knownBy: "file", validates: false } as const, /name.*no validate/],
])("of a binary with %j a person is told what it lacks", (facts, expected) => {
  const warning = binaryWarning({ ...binary, ...facts });
  if (expected === undefined) expect(warning).toBeUndefined();
  else expect(warning).toMatch(expected);
});
