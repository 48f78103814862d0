// What is broken on purpose in the rollouts of the development server.
const rollout = "src/dev-server/rollout";

export const rollouts = [
  {
    file: `${rollout}/advance-rollout.ts`,
    find: "if (failuresOf(rollout) <= rollout.failuresAllowed) return undefined;",
    replace: "if (failuresOf(rollout) <= rollout.failuresAllowed + 1) return undefined;",
    breaks: "a rollout goes on after one failure too many",
  },
  {
    file: `${rollout}/advance-rollout.ts`,
    find: "(all || (agent.connected && agent.stage <= stage))",
    replace: "(all || agent.connected)",
    breaks: "agents of later stages get it at once",
  },
  {
    file: `${rollout}/advance-rollout.ts`,
    find: "if (clockMs - settledFromMs < settleMs) return waiting;",
    replace: "",
    breaks: "the next stage begins before this one has settled",
  },
  {
    file: `${rollout}/advance-rollout.ts`,
    find: "if (missing.length > 0 && !proven) {",
    replace: "if (missing.length < 0) {",
    breaks: "a stage that nobody has proved is followed by the next one",
  },
  {
    file: `${rollout}/judge-agent.ts`,
    find: 'if (look.verdict === "failed") return become(judged, "failed", moment, look.errorMessage);',
    replace: "",
    breaks: "an agent that says FAILED does not count as failed",
  },
  {
    file: `${rollout}/judge-agent.ts`,
    find: "const fellIll = agent.wasWell && unwell",
    replace: "const fellIll = unwell",
    breaks: "a rollout is blamed for an agent that was ill before",
  },
  {
    file: `${rollout}/judge-agent.ts`,
    find: "changes > mostChanges ? agent.sinceMs : clockMs",
    replace: "clockMs",
    breaks: "an agent that flips holds a rollout for ever",
  },
  {
    file: `${rollout}/staged-rollout.ts`,
    find: 'agent.state === "failed" ? { ...agent, state: "pending", errorMessage: "" } : agent,',
    replace: "agent,",
    breaks: "a rollout that is resumed leaves out who failed",
  },
  {
    file: `${rollout}/stages.ts`,
    find: "const wanted = Math.ceil((agents * share) / 100 - 1e-9);",
    replace: "const wanted = Math.floor((agents * share) / 100);",
    breaks: "a stage reaches fewer agents than its share",
  },
];
