import { settingsInWords } from "../connections/settings-facts.ts";
import { countsOf, shownState } from "../rollout/rollout-counts.ts";
import { whyOf } from "../rollout/rollout-words.ts";
import { contentText, type RolloutContent, type RolloutState } from "../rollout/staged-rollout.ts";
import type { Rollout, RolloutShown, RolloutSummary } from "../shapes/api-shapes.ts";

/** A rollout in the list, without its agents. */
export function summarizeRollout(rollout: RolloutState): RolloutSummary {
  const { id, to, stages, stage, failuresAllowed, settleMs, state } = rollout;
  return {
    ...{ id, title: contentText(rollout.content), to, stages, stage, failuresAllowed, state },
    settleSeconds: settleMs / 1000,
    why: whyOf(rollout),
    startedAt: rollout.startedAt,
    endedAt: rollout.endedAt,
    counts: countsOf(rollout, stages.length - 1),
  };
}

/** All about a rollout. */
export function viewRollout(rollout: RolloutState): Rollout {
  const agents = [...rollout.agents.values()].map((agent) => {
    const { uid, name, stage, errorMessage } = agent;
    return { uid, name, stage, state: shownState(agent, rollout.stage), errorMessage };
  });
  return { ...summarizeRollout(rollout), what: whatOf(rollout.content), agents };
}

function whatOf(content: RolloutContent): RolloutShown {
  if (content.is === "package") {
    const { name, version } = content;
    return { package: { name, version } };
  }
  if (content.is === "connections") {
    const { settings } = content;
    return { connections: settingsInWords(settings, settings) };
  }
  const { named, files } = content;
  if (named !== undefined) return { configuration: named.name, version: named.version };
  return { files: Object.fromEntries(files.map(({ name, text }) => [name, text])) };
}
