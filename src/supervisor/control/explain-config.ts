import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { messageOf, SupervisorError } from "../../errors.ts";
import { agentEnvironment } from "../settings/agent-environment.ts";
import { assumedFacts, cachedFacts } from "../inputs/binary-cache.ts";
import { noConnections } from "../../agent-config/connections.ts";
import { pathsByAllNames } from "../../agent-config/alias-hints.ts";
import { type Leaf, leavesOf } from "../../agent-config/provenance.ts";
import { assemble } from "../../agent-config/render-config.ts";
import type { RemoteConfig, BinaryFacts } from "../../agent-config/config.ts";
import { ownPortsOf } from "../core/config/own-ports.ts";
import type { Settings } from "../settings/settings.ts";
import { withExtensionSource } from "../inputs/extension-source.ts";
import { lookAtJournal } from "../store/peek-journal.ts";
import { coreSettingsOf } from "../settings/derive-core-settings.ts";
import { lookAtLocalSources } from "../inputs/local-files.ts";
import { askBinary } from "./ask-binary.ts";

export type { Leaf, Origin } from "../../agent-config/provenance.ts";

/** A file that stands for a part of a remote configuration that is not applied yet. */
export interface RemotePart {
  readonly name: string;
  readonly text: string;
}

/** What `explain` is asked. */
interface Question {
  /** Dotted path; empty for everything. */
  readonly path: string;
  /** Instead of the last good remote configuration, where there are any. */
  readonly parts: readonly RemotePart[];
}

/** The merged configuration with its origins, or why the layers could not be joined. */
type Explanation =
  | {
      readonly leaves: readonly Leaf[];
      readonly warnings: readonly string[];
      readonly runs: boolean;
      /** Nothing but ours is configured. */
      readonly parked: boolean;
      /** The newest offer, where it is not part of it because it has failed. */
      readonly failed: { readonly hash: string; readonly why: string } | undefined;
    }
  | { readonly problem: string };

/**
 * Says where each value of the configuration comes from that the agent would be given now. Reads the state directory
 * without its lock and changes nothing in it.
 */
export async function explainConfig(
  settings: Settings,
  environment: ReadonlyMap<string, string>,
  workingDirectory: string,
  { path, parts }: Question,
): Promise<Explanation> {
  const { agent, storage } = settings;
  const journal = lookAtJournal(storage.directory);
  const files = lookAtLocalSources(
    agent,
    storage.directory,
    workingDirectory,
    journal === undefined,
  );
  const local = withExtensionSource(files, agent);
  const given = agentEnvironment(settings, environment, files).environment;
  const binary =
    agent.executable === ""
      ? assumedFacts(basename(agent.attach?.executable ?? ""))
      : (cachedFacts(agent.executable, join(storage.directory, "binary.json")) ??
        (await ask(settings, environment)));
  const assembly = assemble(
    {
      local,
      remote: parts.length > 0 ? remoteOf(parts) : journal?.good?.remote,
      uid: journal?.uid ?? agent.instanceId ?? "made at the first start",
      binary,
      connections: journal?.good?.connections ?? noConnections,
    },
    { ...coreSettingsOf(settings, given), ownPorts: ownPortsOf(journal?.good) },
  );
  if ("problem" in assembly) return assembly;
  const { join: joined } = assembly;
  const leaves =
    joined === undefined
      ? []
      : pathsByAllNames(path, joined.root).flatMap((each) => leavesOf(joined, each));
  const { warnings, parked } = assembly;
  const verdict = journal?.verdict;
  const failed = verdict?.is === "failed" ? verdict : undefined;
  return { leaves, warnings, runs: assembly.join !== undefined, parked, failed };
}

function remoteOf(parts: readonly RemotePart[]): RemoteConfig {
  return { hash: "", digest: "", files: parts, problem: undefined };
}

async function ask(
  settings: Settings,
  environment: ReadonlyMap<string, string>,
): Promise<BinaryFacts> {
  try {
    return await askBinary(settings, environment);
  } catch (error) {
    const { executable } = settings.agent;
    const message = `${basename(executable)} could not be asked what it is: ${messageOf(error)}`;
    throw new SupervisorError("agent-not-found", message, { cause: error });
  }
}

/** Reads a file that is to be looked at as a remote configuration. */
export function readRemotePart(name: string, path: string): RemotePart {
  return { name, text: readFileSync(path, "utf8") };
}
