import type { StatusAnswer } from "../../supervisor/core/report/status/status-answer.ts";
import { messageOf } from "../../errors.ts";
import { askSupervisor } from "../ask-supervisor.ts";
import { exitCode } from "../exit.ts";
import { harmless } from "../screen-text.ts";
import { settingsToAsk } from "../settings-of.ts";
import { askForStatus } from "./status.ts";
import type { CliSurroundings } from "../surroundings.ts";

/** What the command line asks. */
export interface RetryOptions {
  readonly config: string;
  readonly wait: boolean;
  /** In seconds, as it was typed. */
  readonly timeout: string;
}

/** Has the running supervisor try again what failed, and prints what it tries; gives back the exit code. */
export async function retry(options: RetryOptions, surroundings: CliSurroundings): Promise<number> {
  const { out, err } = surroundings;
  const seconds = Number(options.timeout);
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds > 86_400) {
    err(`expected --timeout with seconds from 1 to 86400, found ${options.timeout}\n`);
    return exitCode.badInput;
  }
  const settings = await settingsToAsk(options.config, surroundings);
  if (settings === undefined) return exitCode.badInput;
  const { directory } = settings.storage;
  const before = options.wait ? await askForStatus(directory) : undefined;
  const answer = await askSupervisor(directory, "POST", "/retry");
  out(`${messageIn(answer)}\n`);
  return before === undefined
    ? exitCode.stopped
    : waitForEnd(directory, before, seconds * 1000, surroundings);
}

function messageIn(answer: unknown): string {
  const { message } = answer as { readonly message?: unknown };
  return typeof message === "string" ? message : JSON.stringify(answer);
}

const pauseMs = 200;

async function waitForEnd(
  directory: string,
  before: StatusAnswer,
  timeoutMs: number,
  { out, err }: CliSurroundings,
): Promise<number> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    let now: StatusAnswer;
    try {
      now = await askForStatus(directory);
    } catch (error) {
      err(`no verdict, the supervisor does not answer any more: ${messageOf(error)}\n`);
      return exitCode.couldNotRun;
    }
    if (now.supervisor.startedAt !== before.supervisor.startedAt) {
      err("no verdict: the supervisor was started anew meanwhile\n");
      return exitCode.couldNotRun;
    }
    const outcome = retryOutcome(before, now);
    if (outcome !== undefined) {
      out(`${harmless(outcome.text)}\n`);
      return outcome.good ? exitCode.stopped : exitCode.notWell;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  err(`no verdict within ${timeoutMs / 1000} s; opampsupervisor status shows how it goes on\n`);
  return exitCode.couldNotRun;
}

/** What has become of a retry, from the answers before and after it; undefined while that is open. */
export function retryOutcome(
  before: StatusAnswer,
  now: StatusAnswer,
): { readonly good: boolean; readonly text: string } | undefined {
  const offer = now.offers.find(({ kind }) => kind === "configuration");
  if (now.waiting !== null || offer?.verdict === "applying") return undefined;
  if (offer?.verdict !== "failed") return agentOutcome(before, now);
  const was = before.offers.find(({ kind }) => kind === "configuration");
  const tried = was?.verdict !== "failed" || was.decidedAt !== offer.decidedAt;
  const reason = offer.reason ?? "no reason is known";
  return { good: false, text: `${tried ? "failed" : "not tried again, it had failed"}: ${reason}` };
}

/** No offer had failed: what matters is the agent. */
function agentOutcome(
  before: StatusAnswer,
  { health, agent, offers }: StatusAnswer,
): { readonly good: boolean; readonly text: string } | undefined {
  const applied = offers.some(({ kind }) => kind === "configuration") ? "applied; " : "";
  switch (health.word) {
    case "healthy":
    case "parked":
      return { good: true, text: `${applied}the agent is healthy` };
    case "starting":
      return undefined;
    case "failing": {
      const startedSince = agent.restarts.count > before.agent.restarts.count;
      if (agent.state === "starting" || (agent.state === "down" && !startedSince)) return undefined;
      break;
    }
    case "degraded":
    case "stopping":
  }
  return {
    good: false,
    text: `the agent is ${health.word}: ${health.reason ?? "no reason is known"}`,
  };
}
