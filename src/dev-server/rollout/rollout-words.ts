import type { RolloutState } from "./staged-rollout.ts";
import { countsOf, failuresOf } from "./rollout-counts.ts";

const mostReasons = 3;
const reasonLength = 200;

/** Why a rollout stands where it stands, in a sentence. */
export function whyOf(rollout: RolloutState): string {
  const { state, stage, stages, agents, settleMs, settledFromMs } = rollout;
  const whole = countsOf(rollout, stages.length - 1);
  if (state === "stopped") return listed([rollout.stopWhy, overtakenText(whole.overtaken)]);
  if (state === "done") {
    return listed([
      `${whole.applied} of ${agents.size} agents have it`,
      leftText(rollout),
      whole.failed > 0 ? `${whole.failed} failed` : "",
      whole.away > 0 ? `${whole.away} away: offered to them when they come back` : "",
      overtakenText(whole.overtaken),
    ]);
  }
  const { applied, failed, away, pending, sent, applying } = countsOf(rollout, stage);
  const wanted = applied + failed + away + pending + sent + applying;
  const seconds = Math.round(settleMs / 1000);
  const settling = settledFromMs !== undefined && seconds > 0;
  return listed([
    `stage ${stage + 1} of ${stages.length}: ${applied} of ${wanted} agents have it`,
    leftText(rollout),
    failed > 0 ? `${failed} failed (${rollout.failuresAllowed} allowed)` : "",
    away > 0 ? `${away} away, waited for` : "",
    overtakenText(whole.overtaken),
    settling ? `watched for ${seconds} s` : "",
  ]);
}

/** Why a rollout stops by itself, with what the agents say. */
export function stopText(rollout: RolloutState): string {
  const failures = failuresOf(rollout);
  const failed = [...rollout.agents.values()].filter(({ state }) => state === "failed");
  const reasons = failed.slice(0, mostReasons).map(({ name, errorMessage }) => {
    const reason = errorMessage === "" ? "it said no reason" : errorMessage;
    return `${cut(name)}: ${cut(reason)}`;
  });
  const more = failures > mostReasons ? `; and ${failures - mostReasons} more` : "";
  const agents = failures === 1 ? "1 agent" : `${failures} agents`;
  const allowed = rollout.failuresAllowed === 0 ? "none" : String(rollout.failuresAllowed);
  return `stopped by itself: ${agents} failed, ${allowed} may. ${reasons.join("; ")}${more}`;
}

/** Of those that have gone to another server only that one knows more. */
function leftText({ agents, content }: RolloutState): string {
  if (content.is !== "connections") return "";
  let left = 0;
  for (const { state, errorMessage } of agents.values()) {
    if (state === "applied" && errorMessage !== "") left += 1;
  }
  return left === 0 ? "" : `${left} of them left for it`;
}

function overtakenText(overtaken: number): string {
  if (overtaken === 0) return "";
  return `${overtaken} ${overtaken === 1 ? "gets" : "get"} something newer instead`;
}

function listed(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}

function cut(text: string): string {
  return text.length <= reasonLength ? text : `${text.slice(0, reasonLength)}…`;
}
