import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { validateConfig } from "../../agent/binary/validate.ts";
import { binaryWarning } from "../../agent-config/binary-warning.ts";
import type { BinaryFacts, LocalLayer, RenderedConfig } from "../../agent-config/config.ts";
import { localVariables } from "../../agent-config/extension-layer.ts";
import { renderConfig } from "../../agent-config/render-config.ts";
import { messageOf } from "../../errors.ts";
import { redact } from "../../redact.ts";
import { withHints } from "../core/agent/exit-text.ts";
import type { Journal } from "../core/report/journal.ts";
import { agentArguments } from "../inputs/agent-arguments.ts";
import { askForFacts } from "../inputs/binary-cache.ts";
import { type RaisedWall, raiseWall, unconfined } from "../inputs/raise-wall.ts";
import { withExtensionSource } from "../inputs/extension-source.ts";
import { lookAtLocalSources } from "../inputs/local-files.ts";
import { agentEnvironment, overridingWarning } from "../settings/agent-environment.ts";
import { coreSettingsOf } from "../settings/derive-core-settings.ts";
import type { FoundElsewhere } from "../settings/read/read-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { lookAtJournal } from "../store/peek-journal.ts";

/** What the agent's binary says of the local configuration. */
export interface AgentCheck {
  readonly found: readonly FoundElsewhere[];
  /** Name and version of a binary that accepts it. */
  readonly acceptedBy: string | undefined;
  /** What the binary says of itself; missing where it was not or could not be asked. */
  readonly binary?: BinaryFacts;
  /** What it would run; missing where the layers cannot be joined. */
  readonly config?: RenderedConfig;
}

/** Where the supervisor runs. */
export interface Place {
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
}

interface Scene {
  readonly settings: Settings;
  readonly environment: ReadonlyMap<string, string>;
  readonly layers: readonly LocalLayer[];
  readonly uid: string | undefined;
  readonly folder: string;
  readonly wall: RaisedWall;
}

const executableKey = "agent.executable";
const argsKey = "agent.args";
const environmentKey = "agent.env";
const filesKey = "agent.config_files";
const protectedKey = "agent.protected_config_files";
const fallbackKey = "agent.startup_fallback_configs";

/** Stands for the instance id of a supervisor that was never started. */
const someUid = "00000000-0000-7000-8000-000000000000";

/**
 * Has the agent's binary look at the local configuration as it would run with it: same arguments, environment and
 * feature gates. In a temporary place, of which nothing is left.
 */
export async function checkAgent(settings: Settings, place: Place): Promise<AgentCheck> {
  // The binary of an agent that somebody else starts may be out of reach.
  if (settings.agent.executable === "") return { found: [], acceptedBy: undefined };
  try {
    return await inTemporaryFolder((folder) => checkIn(settings, place, folder));
  } catch (error) {
    return refused("file-unreadable", "", redact(messageOf(error)));
  }
}

async function checkIn(settings: Settings, place: Place, folder: string): Promise<AgentCheck> {
  const { agent, storage } = settings;
  const journal = journalIn(storage.directory);
  const { workingDirectory } = place;
  const firstEver = journal === undefined;
  const files = lookAtLocalSources(agent, storage.directory, workingDirectory, firstEver);
  const { environment } = agentEnvironment(settings, place.environment, files);
  const layers = withExtensionSource(files, agent);
  const wall = raiseWall(settings, place.environment.get("PATH") ?? "");
  const uid = journal?.uid ?? agent.instanceId;
  const scene = { settings, environment, layers, uid, folder, wall };
  const binary = await identify(scene);
  if ("found" in binary) return { ...binary, found: [...wallProblems(wall), ...binary.found] };
  const judged = await judge(scene, binary, configKey(settings), withoutFallback(layers));
  const warnings = [...wallProblems(wall), ...warningsOf(scene, binary, place.environment)];
  const usual = { ...judged, binary, found: [...warnings, ...judged.found] };
  if (agent.startupFallbackConfigs.length === 0) return usual;
  const first = await judge(scene, binary, fallbackKey, standingIn(layers));
  return {
    ...usual,
    found: [...usual.found, ...first.found],
    acceptedBy: first.found.length === 0 ? usual.acceptedBy : undefined,
  };
}

function journalIn(directory: string): Journal | undefined {
  try {
    return lookAtJournal(directory);
  } catch {
    // Said where the directory itself is looked at.
    return undefined;
  }
}

async function identify(scene: Scene): Promise<BinaryFacts | AgentCheck> {
  const { settings, folder } = scene;
  const { executable } = settings.agent;
  const inFolder = (name: string): string => join(folder, name);
  try {
    return await askForFacts(executable, variablesOf(scene), inFolder("binary"), inFolder("probe"));
  } catch (error) {
    const message = `${executable} could not be asked what it is: ${redact(messageOf(error))}`;
    return refused("no-collector", executableKey, message);
  }
}

/** One set of layers as the whole configuration. */
async function judge(
  scene: Scene,
  binary: BinaryFacts,
  path: string,
  local: readonly LocalLayer[],
): Promise<AgentCheck> {
  const { settings, environment, uid = someUid, folder, wall } = scene;
  const core = coreSettingsOf(settings, environment);
  const rendering = renderConfig({ local, remote: undefined, uid, binary }, core);
  if ("problem" in rendering) return refused("config-refused", path, redact(rendering.problem));
  const { config } = rendering;
  if (!binary.validates) return { found: [], acceptedBy: undefined, config };
  const { agent } = settings;
  try {
    const validation = await validateConfig(
      agent.executable,
      agentArguments(agent, binary),
      variablesOf(scene),
      config.text,
      join(folder, "candidate.yaml"),
      { wall },
    );
    if (validation.is === "valid") {
      return { found: [], acceptedBy: `${binary.name} ${binary.version}`, config };
    }
    if (validation.is === "unfinished") throw new Error(validation.why);
    const why = withHints(redact(validation.why));
    if (/\bflag\b/.test(why.split("\n")[0] ?? "") && agent.args.length > 0) {
      return refused("config-refused", argsKey, `the collector refuses these arguments: ${why}`);
    }
    const message = `the collector refuses the local configuration: ${why}`;
    return { ...refused("config-refused", path, message), config };
  } catch (error) {
    const message = `${agent.executable} could not validate: ${redact(messageOf(error))}`;
    return refused("no-collector", executableKey, message);
  }
}

function wallProblems({ problem, required }: RaisedWall): readonly FoundElsewhere[] {
  if (problem === undefined) return [];
  const severity = required ? "error" : "warning";
  const message = required ? problem : `${unconfined}: ${problem}`;
  return [{ code: "no-wall", severity, path: "agent.confine", message }];
}

/** What a person should know though it stops no start. */
function warningsOf(
  { settings }: Scene,
  binary: BinaryFacts,
  ours: ReadonlyMap<string, string>,
): readonly FoundElsewhere[] {
  const warnings = [
    [executableKey, binaryWarning(binary)],
    [environmentKey, overridingWarning(settings, ours)],
  ] as const;
  return warnings.flatMap(([path, message]) =>
    message === undefined ? [] : [{ code: "no-collector", severity: "warning", path, message }],
  );
}

function refused(code: FoundElsewhere["code"], path: string, message: string): AgentCheck {
  return { found: [{ code, severity: "error", path, message }], acceptedBy: undefined };
}

function configKey({ agent: { configFiles, protectedConfigFiles } }: Settings): string {
  return configFiles.length === 0 && protectedConfigFiles.length > 0 ? protectedKey : filesKey;
}

/** What a look at a configuration is run with: nobody listens for its extension. */
function variablesOf({ environment }: Scene): Readonly<Record<string, string>> {
  const extension = { [localVariables.port]: "1", [localVariables.token]: "none" };
  return { ...Object.fromEntries(environment), ...extension };
}

function withoutFallback(layers: readonly LocalLayer[]): readonly LocalLayer[] {
  return layers.filter(({ place }) => place !== "fallback");
}

/** The fallback layers in place of all others, as before a server was ever reached. */
function standingIn(layers: readonly LocalLayer[]): readonly LocalLayer[] {
  return layers
    .filter(({ place, forExtension }) => place === "fallback" || forExtension === true)
    .map((layer) => ({ ...layer, place: "base" }));
}

async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-check-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
