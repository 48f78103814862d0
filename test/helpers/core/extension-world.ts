import type { AgentDescription, ComponentHealth } from "../../../src/opamp-client/wire/messages.ts";
import type { BinaryFacts } from "../../../src/agent-config/config.ts";
import { report } from "../../../src/supervisor/core/report/full-report.ts";
import type { ExtensionReport } from "../../../src/supervisor/core/state/extension-state.ts";
import { withConfig, initialState } from "../../../src/supervisor/core/state/state.ts";
import { uid, baseLayer, configText } from "./core-samples.ts";
import { createWorld, type World } from "./world.ts";

/** A message in which nothing is said. */
export const nothing: ExtensionReport = {
  sequenceNum: 0n,
  overtaken: 0,
  description: undefined,
  health: undefined,
  components: undefined,
  capabilities: undefined,
  message: undefined,
};
/** Who the agent is, in its extension's words. */
export const description: AgentDescription = {
  identifyingAttributes: [{ key: "service.instance.id", value: { stringValue: "another" } }],
  nonIdentifyingAttributes: [{ key: "os.type", value: { stringValue: "linux" } }],
};
/** A part that is ill. */
export const sick: ComponentHealth = { healthy: false, lastError: "no disk" };
/** A whole with that part. */
export const health: ComponentHealth = {
  healthy: true,
  componentHealthMap: new Map([["pipeline:traces", sick]]),
};
const profile = {
  capabilities: 0xffffn,
  startsAgent: true,
  fallbackName: "x",
  host: new Map([["host.name", "h"]]),
  identifying: new Map<string, string>(),
  nonIdentifying: new Map<string, string>(),
};

/** A world and the extension of its agent. */
export interface ExtensionScene {
  readonly world: World;
  readonly run: () => number;
  readonly say: (said: Partial<ExtensionReport>, of?: number) => void;
  /** What the server is told. */
  readonly told: () => ReturnType<typeof report>;
}

/** A world with a healthy agent; `say` speaks as the extension of its run, numbers counted. */
export function healthyWithExtension(connect = true, facts?: BinaryFacts): ExtensionScene {
  const unknown = initialState(uid);
  const known = { ...unknown, identity: { ...unknown.identity, binary: facts } };
  const start = withConfig(known, { local: [baseLayer(configText("a"))] });
  const world = createWorld(start);
  world.pass(2_000);
  const run = (): number => (world.state().agent.process.at === "down" ? 0 : running(world));
  let next = 0n;
  const say = (said: Partial<ExtensionReport>, of = run()): void => {
    world.post({
      on: "extension-reported",
      run: of,
      said: { ...nothing, sequenceNum: next, ...said },
    });
    next += 1n;
  };
  if (connect) world.post({ on: "extension-connected", run: run() });
  return { world, run, say, told: () => report(world.state(), profile) };
}

/** The run that is alive; 0: none. */
export function running(world: World): number {
  return world.running()[0]?.run ?? 0;
}
