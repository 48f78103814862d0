import { readConnections } from "../connections/connections-body.ts";
import { settingsProblem } from "../connections/settings-problem.ts";
import type { Library } from "../library/library.ts";
import { versionOf } from "../library/library.ts";
import { stagesProblem } from "../rollout/stages.ts";
import type { RolloutContent, RolloutWish } from "../rollout/staged-rollout.ts";
import type {
  Affected,
  PreviewBody,
  RolloutBody,
  RolloutWhat,
  Target,
} from "../shapes/api-shapes.ts";
import { filesFrom, hashOfTexts } from "./hold-library.ts";
import { type Brought, broughtText, obstacleOf } from "./look-at-agent.ts";
import {
  aimAt,
  done,
  refusedWith,
  type Outcome,
  type SeenAgent,
  type SeenFleet,
} from "./seen-fleet.ts";

const defaultStages = [10, 50, 100];
const defaultSettleSeconds = 30;
const mostSettleSeconds = 7 * 24 * 3600;

/** What a plan is made from. */
export interface Planning {
  readonly fleet: SeenFleet;
  readonly library: Library;
  readonly hasPackage: (name: string, version: string) => boolean;
}

/** Who would get something, and why some would not just now. */
export function previewRollout(
  { fleet, library }: Planning,
  { to, what }: PreviewBody,
): Outcome<readonly Affected[]> {
  const aimed = aimAt(fleet, library, to);
  if (aimed.is === "refused") return aimed;
  const brought = broughtBy(what);
  if (brought.is === "refused") return brought;
  const agents = [...aimed.value.agents].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  return done(
    agents.map((agent) => {
      const { uid, name, hostName } = agent.row;
      return { uid, name, hostName, why: obstacleOf(agent, brought.value)?.why };
    }),
  );
}

/** A rollout as it is wished, with its agents as they are now. */
export function planRollout(
  planning: Planning,
  body: RolloutBody,
  id: string,
  now: number,
): Outcome<RolloutWish> {
  const { stages = defaultStages, failuresAllowed = 0 } = body;
  const { settleSeconds = defaultSettleSeconds } = body;
  const problem = stagesProblem(stages) ?? numbersProblem(failuresAllowed, settleSeconds);
  if (problem !== undefined) return refusedWith(400, problem);
  const content = contentOf(planning, body.what);
  if (content.is === "refused") return content;
  const aimed = aim(planning, body.to, content.value);
  if (aimed.is === "refused") return aimed;
  const { text: to, agents } = aimed.value;
  const plan = { id, content: content.value, to, stages, failuresAllowed, now };
  return done({
    ...plan,
    settleMs: settleSeconds * 1000,
    agents: agents.map(({ row }) => {
      const { uid, connected } = row;
      return { uid, name: calledOf(row), connected };
    }),
  });
}

function aim(
  { fleet, library }: Planning,
  to: Target,
  content: RolloutContent,
): Outcome<{ readonly text: string; readonly agents: readonly SeenAgent[] }> {
  const aimed = aimAt(fleet, library, to);
  if (aimed.is === "refused") return aimed;
  const { text, agents } = aimed.value;
  const able = agents.filter((agent) => obstacleOf(agent, content)?.never !== true);
  const unable = agents.length - able.length;
  if (agents.length === 0) return refusedWith(409, `nobody is there: ${text}`);
  const what = broughtText(content);
  if (able.length === 0) return refusedWith(409, `no agent there accepts ${what}: ${text}`);
  const left = unable === 0 ? "" : ` without ${unable} that accept no ${what}`;
  return done({ text: `${text}${left}`, agents: able });
}

function contentOf({ library, hasPackage }: Planning, what: RolloutWhat): Outcome<RolloutContent> {
  if ("package" in what) {
    const { name, version } = what.package;
    if (hasPackage(name, version)) return done({ is: "package", name, version });
    return refusedWith(404, `there is no version ${version} of package ${name} in the folder`);
  }
  if ("connections" in what) return connectionsOf(what.connections);
  if ("configuration" in what) {
    const { configuration: name, version } = what;
    const found = versionOf(library, name, version);
    if (found === undefined) {
      return refusedWith(404, `there is no version ${version} of configuration ${name}`);
    }
    const { files, hash } = found;
    return done({ is: "configuration", named: { name, version }, files, hash });
  }
  const texts = new Map(Object.entries(what.files));
  if (texts.size === 0) return refusedWith(400, "expected at least one text, found none");
  const files = filesFrom(texts);
  return done({ is: "configuration", named: undefined, files, hash: hashOfTexts(texts) });
}

function connectionsOf(body: object): Outcome<Extract<RolloutContent, { is: "connections" }>> {
  const wish = readConnections(body);
  if (typeof wish === "string") return refusedWith(400, wish);
  const problem = settingsProblem(wish.settings);
  return problem === undefined ? done({ is: "connections", ...wish }) : refusedWith(400, problem);
}

/** Of what is still being written only the kind matters. */
function broughtBy(what: RolloutWhat | undefined): Outcome<Brought> {
  if (what !== undefined && "connections" in what) return connectionsOf(what.connections);
  return done({ is: what !== undefined && "package" in what ? "package" : "configuration" });
}

function numbersProblem(failuresAllowed: number, settleSeconds: number): string | undefined {
  if (!Number.isInteger(failuresAllowed) || failuresAllowed < 0) {
    return `expected a whole number of allowed failures, 0 or more, found ${failuresAllowed}`;
  }
  if (settleSeconds >= 0 && settleSeconds <= mostSettleSeconds) return undefined;
  return `expected 0 to ${mostSettleSeconds} seconds to settle, found ${settleSeconds}`;
}

function orderOf({ row }: SeenAgent): string {
  return `${calledOf(row)}\n${row.uid}`;
}

/** Most agents are named like their program: people know them by their host. */
function calledOf({ hostName, name }: SeenAgent["row"]): string {
  return hostName === "" ? name : hostName;
}
