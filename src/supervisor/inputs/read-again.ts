import { messageOf } from "../../errors.ts";
import { agentEnvironment } from "../settings/agent-environment.ts";
import type { Fact } from "../core/state/event.ts";
import type { LocalLayer } from "../../agent-config/config.ts";
import { withExtensionSource } from "./extension-source.ts";
import { withoutNextStart } from "./in-use.ts";
import type { Logger } from "../log/log.ts";
import type { SettingsResult } from "../settings/read/read-settings.ts";
import type { Settings } from "../settings/settings.ts";
import { settingsChange } from "../settings/settings-change.ts";
import { lookAtLocalSources } from "./local-files.ts";

/** What is to be done about new settings. */
export interface News {
  readonly settings: Settings;
  readonly reconnects: boolean;
  readonly fact: Extract<Fact, { readonly on: "settings-read" }>;
  /** The local layers as they are now. */
  readonly layers: readonly LocalLayer[];
}

/** Where files are looked for, and where it is said what was found. */
interface Reader {
  readonly log: Logger;
  /** Our own. */
  readonly environment: ReadonlyMap<string, string>;
  readonly storageDirectory: string;
  readonly workingDirectory: string;
}

/**
 * Compares supervisor.yaml and the files that it names with what is in use, and says what is new and what that takes.
 * Undefined when nothing is, or when something is wrong: then nothing at all is taken over.
 */
export function readAgain(
  before: Settings,
  local: readonly LocalLayer[],
  { settings: read, problems }: SettingsResult,
  reader: Reader,
): News | undefined {
  const { log } = reader;
  for (const { severity, path, file, line, message } of problems) {
    log[severity === "error" ? "error" : "warn"]({ file, line, key: path }, message);
  }
  const layers = read === undefined ? undefined : layersOf(read, reader);
  if (read === undefined || layers === undefined) {
    log.error("settings read again: nothing is taken over, because something is wrong in them");
    return undefined;
  }
  const change = settingsChange(before, read);
  const files = changedFiles(local, layers);
  if (change.keys.length === 0 && files.length === 0) {
    log.info("settings read again: nothing has changed");
    return undefined;
  }
  const of = (takes: string): readonly string[] =>
    change.keys.filter((each) => each.takes === takes).map(({ key }) => key);
  log.info(
    {
      changed: [...change.keys.map(({ key }) => key), ...files],
      restartsAgent: of("restart-agent"),
      reconnects: of("reconnect"),
      ...(of("next-start").length === 0 ? {} : { withTheNextStart: of("next-start") }),
    },
    "settings read again",
  );
  const settings = withoutNextStart(before, read);
  const given = (from: Settings, layers: readonly LocalLayer[]): string =>
    JSON.stringify([...agentEnvironment(from, reader.environment, layers).environment]);
  // A process keeps the environment that it was started with.
  const restartsAgent = change.restartsAgent || given(before, local) !== given(settings, layers);
  const newBinary = settings.agent.executable !== before.agent.executable;
  const fact: News["fact"] = {
    on: "settings-read",
    local: layers,
    endpoint: settings.server.endpoint,
    newBinary,
    restartsAgent,
    lifts: files.length > 0 || restartsAgent || of("now").includes("agent.policy"),
  };
  return { settings, reconnects: change.reconnects, fact, layers };
}

function layersOf(
  { agent }: Settings,
  { log, storageDirectory, workingDirectory }: Reader,
): readonly LocalLayer[] | undefined {
  try {
    const layers = lookAtLocalSources(agent, storageDirectory, workingDirectory, false);
    return withExtensionSource(layers, agent);
  } catch (error) {
    log.error({ reason: messageOf(error) }, "a configuration file cannot be read");
    return undefined;
  }
}

/** Names of the layers that are new, gone, or say something else. */
function changedFiles(
  before: readonly LocalLayer[],
  after: readonly LocalLayer[],
): readonly string[] {
  const [was, is] = [textsOf(before), textsOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((key) => was.get(key) !== is.get(key));
}

function textsOf(layers: readonly LocalLayer[]): ReadonlyMap<string, string> {
  return new Map(layers.map(({ name, place, text }) => [name, `${place} ${text}`]));
}
