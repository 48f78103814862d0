import { advanceRollout } from "../../../src/dev-server/rollout/advance-rollout.ts";
import {
  startRollout,
  type AgentLook,
  type RolloutState,
  type RolloutWish,
} from "../../../src/dev-server/rollout/staged-rollout.ts";
import {
  rolloutFromStore,
  rolloutToStore,
} from "../../../src/dev-server/rollout/stored-rollout.ts";

/** A rollout of one configuration to agents a0, a1, ...; all of them are connected. */
export function begin(agents: number, more: Partial<RolloutWish> = {}): RolloutState {
  return startRollout({
    id: "r1",
    content: { is: "configuration", named: undefined, files: [], hash: "ab" },
    to: "all",
    stages: [10, 50, 100],
    failuresAllowed: 0,
    settleMs: 30_000,
    agents: Array.from({ length: agents }, (_, at) => {
      return { uid: uidOf(at), name: `web-${at}`, connected: true };
    }),
    now: 1_000,
    ...more,
  });
}

/** The uid of an agent by its number, in order. */
export function uidOf(at: number): string {
  return `a${String(at).padStart(5, "0")}`;
}

/** A rollout that was written as JSON and read again. */
export function throughStore(rollout: RolloutState): RolloutState {
  const written = rolloutToStore(undefined, rollout);
  const kept = new Map<string, unknown>(
    written.map(({ key, value }) => [key, JSON.parse(JSON.stringify(value))]),
  );
  const back = rolloutFromStore(kept.get(rollout.id), kept);
  if (back === undefined) throw new Error("the store gave nothing back");
  return back;
}

/** How an agent is that is well and says nothing. */
export const well: AgentLook = {
  ...{ connected: true, condition: "healthy", lastError: "", wanted: true, reports: true },
  ...{ verdict: "none", errorMessage: "" },
};

/** A rollout that goes on second by second among agents that do what `looks` says. */
export interface World {
  rollout: RolloutState;
  /** All to whom it was sent, in order. */
  readonly sent: string[];
  readonly looks: Map<string, AgentLook | undefined>;
  /** What an agent does as soon as it is sent the thing. */
  answer: (uid: string) => Partial<AgentLook>;
}

/** Agents that apply what they get. */
export function worldOf(rollout: RolloutState): World {
  const uids = [...rollout.agents.values()];
  const looks = new Map<string, AgentLook | undefined>(
    uids.map(({ uid, connected }) => [uid, { ...well, connected, wanted: false }]),
  );
  return { rollout, sent: [], looks, answer: () => ({ verdict: "applied" }) };
}

/** Lets seconds pass. */
export function pass(world: World, seconds: number): World {
  for (let second = 0; second < seconds; second += 1) {
    const tick = { elapsedMs: 1_000, now: 2_000 + second, looks: new Map(world.looks) };
    const { rollout, sends } = advanceRollout(world.rollout, tick);
    world.rollout = rollout;
    for (const uid of sends) {
      world.sent.push(uid);
      const look = world.looks.get(uid) ?? well;
      world.looks.set(uid, { ...look, wanted: true, ...world.answer(uid) });
    }
  }
  return world;
}
