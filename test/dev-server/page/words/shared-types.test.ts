import { test, expect } from "vitest";
import { sharedTypes } from "../../../../src/dev-server/page/words/shared-types.ts";
import { suggestionsAt } from "../../../../src/dev-server/page/words/yaml-place.ts";

function aboutOf(agents: number, told: number, count: number): string | undefined {
  const types = [{ type: "otlp", agents: count }];
  const shared = sharedTypes({ agents, told, components: [{ kind: "receivers", types }] });
  const text = "receivers:\n  o";
  const [found] = suggestionsAt(text, text.length, shared)?.words ?? [];
  expect(found?.word).toBe("otlp:");
  return found?.about;
}

test.each([
  [5, 5, 3, "3 of 5 have it"],
  [5, 5, 1, "1 of 5 has it"],
  [5, 5, 5, "all 5 have it"],
  [1, 1, 1, "the agent has it"],
  [5, 4, 3, "3 of 4 have it, 1 does not say"],
  [5, 3, 3, "all 3 have it, 2 do not say"],
])("of %i agents, %i of whom say so, %i have it: %s", (agents, told, count, text) => {
  expect(aboutOf(agents, told, count)).toBe(text);
});
