import { test, expect } from "vitest";
import { announce } from "../../src/supervisor/log-changes.ts";
import { initialState, withConfig } from "../../src/supervisor/core/state/state.ts";
import { inUse } from "../../src/supervisor/inputs/in-use.ts";
import { raiseWall } from "../../src/supervisor/inputs/raise-wall.ts";
import { remoteOf, uid } from "../helpers/core/core-samples.ts";
import { keptLog } from "../helpers/log-lines.ts";
import { complete, createAgentFolder, settingsOf } from "./settings/fixture-folder.ts";

const none = "no remote config received yet";

function announced(state = initialState(uid)): readonly string[] {
  const settings = settingsOf(createAgentFolder().read(complete()));
  const { log, lines } = keptLog();
  announce(log, inUse(settings, new Map(), []), state, {
    version: "1.0.0",
    wall: raiseWall(settings, ""),
  });
  return lines.all.map(({ words }) => words);
}

test("a start that knows no remote configuration says so", () => {
  expect(announced()).toContain(none);
});

test("a start with a remote configuration that is yet to be tried does not say that there is none", () => {
  const state = withConfig(initialState(uid), { waiting: remoteOf("taken-over") });
  expect(announced(state)).not.toContain(none);
  expect(announced(state)).toContain("remote config found that is yet to be tried");
});
