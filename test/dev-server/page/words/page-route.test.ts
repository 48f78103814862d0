import { test, expect } from "vitest";
import { agentHref, fleetHref, routeOf } from "../../../../src/dev-server/page/words/page-route.ts";

test.each([
  ["", { at: "fleet", query: "" }],
  ["#/", { at: "fleet", query: "" }],
  ["#/agents", { at: "fleet", query: "" }],
  ["#/agents/abc", { at: "agent", uid: "abc", tab: "overview" }],
  ["#/agents/abc/timeline", { at: "agent", uid: "abc", tab: "timeline" }],
  ["#/agents/abc/nonsense", { at: "nowhere" }],
  ["#/send", { at: "send", configuration: undefined }],
  ["#/send?configuration=web%20hosts", { at: "send", configuration: "web hosts" }],
  ["#/rollouts", { at: "rollouts" }],
  ["#/rollouts/7", { at: "rollout", id: "7" }],
  ["#/configurations/a%2Fb", { at: "configuration", name: "a/b" }],
  ["#/configurations/%E0%A4%A", { at: "configuration", name: "%E0%A4%A" }],
  ["#/groups/x", { at: "nowhere" }],
  ["#/a/b/c/d", { at: "nowhere" }],
  ["#/nonsense", { at: "nowhere" }],
])("%s leads to its view", (hash, route) => {
  expect(routeOf(hash)).toEqual(route);
});

test("an address that was made is read back", () => {
  expect(routeOf(fleetHref('a=b? "c d" & #'))).toEqual({ at: "fleet", query: 'a=b? "c d" & #' });
  expect(routeOf(agentHref("a b", "packages"))).toEqual({
    at: "agent",
    uid: "a b",
    tab: "packages",
  });
});
