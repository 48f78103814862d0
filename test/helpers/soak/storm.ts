import { CommandType, type ServerToAgent } from "../../../src/opamp-client/wire/messages.ts";
import { dyingPart, nopPart } from "../agent/agent-configs.ts";
import { lasts } from "../endurance/bad-weather.ts";
import { newestConnection } from "../endurance/raw-offers.ts";
import { signalAgents } from "../endurance/signal-agents.ts";
import type { Dice } from "../opamp/mutate-frame.ts";
import type { PackageScene, Wanted } from "../packages/package-scene.ts";

/** One thing that happens, how often in comparison, and how. */
interface Deed {
  readonly weight: number;
  readonly act: (at: number) => Promise<void> | void;
}

/** What a storm is made of. */
export interface Storm {
  /** Something happens, by chance; says what. */
  readonly next: (at: number) => Promise<string>;
  /** How often each happened. */
  readonly counts: () => Readonly<Record<string, number>>;
}

/** Everything that a server, an operator and the machine do to a supervisor, in a mixture. */
export function stormOver(
  scene: PackageScene,
  dice: Dice,
  { takenPort, newer }: { readonly takenPort: number; readonly newer: Wanted },
): Storm {
  const { server, folder } = scene;
  const installed: Wanted[] = [];
  const offer = (text: string): void => scene.offerWith(text, ...installed);
  const deeds: Readonly<Record<string, Deed>> = {
    "good offer": { weight: 8, act: (at) => offer(nopPart(`good${at}`)) },
    "offer that dies": { weight: 3, act: (at) => offer(dyingPart(takenPort, `bad${at}`)) },
    "offer that is no configuration": { weight: 2, act: (at) => offer(`receivers: [nope${at}`) },
    "five offers at once": {
      weight: 2,
      act: (at) => [1, 2, 3, 4, 5].forEach((one) => offer(nopPart(`burst${at}x${one}`))),
    },
    "restart command": {
      weight: 3,
      act: () => scene.send({ command: { type: CommandType.Restart } }),
    },
    "connection offer": { weight: 2, act: (at) => scene.send(connectionOffer(at, dice)) },
    "agent killed": { weight: 3, act: () => signalAgents(folder, "SIGKILL") },
    "agent stopped for a moment": {
      weight: 1,
      act: async () => {
        signalAgents(folder, "SIGSTOP");
        await lasts(500);
        signalAgents(folder, "SIGCONT");
      },
    },
    "connection cut": { weight: 3, act: () => newestConnection(server)?.cut() },
    "server away": {
      weight: 1,
      act: async () => {
        const { intercept } = server.script;
        const answer = dice(2) === 0 ? "cut" : { status: 503, headers: { "retry-after": "2" } };
        server.script.intercept = () => answer;
        newestConnection(server)?.cut();
        await lasts(1_000 + dice(2_000));
        server.script.intercept = intercept;
      },
    },
    "other package": {
      weight: 2,
      act: () => {
        if (installed.length === 0) installed.push(newer);
        else installed.pop();
        scene.offer(...installed);
      },
    },
  };
  const drawn = Object.entries(deeds).flatMap(([name, { weight }]) =>
    Array.from({ length: weight }, () => name),
  );
  const counts = new Map<string, number>();
  return {
    next: async (at) => {
      const name = drawn[dice(drawn.length)] ?? "";
      await deeds[name]?.act(at);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      return name;
    },
    counts: () => Object.fromEntries(counts),
  };
}

function connectionOffer(at: number, dice: Dice): ServerToAgent {
  return {
    connectionSettings: {
      hash: new TextEncoder().encode(`settings-${at}`),
      opamp: { heartbeatIntervalSeconds: BigInt(5 + dice(30)) },
    },
  };
}
