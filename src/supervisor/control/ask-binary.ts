import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { factsOf, identifyBinary } from "../../agent/binary/identify.ts";
import type { BinaryFacts } from "../../agent-config/config.ts";
import { extensionProbe } from "../inputs/extension-source.ts";
import { agentEnvironment } from "../settings/agent-environment.ts";
import type { Settings } from "../settings/settings.ts";

/** Asks the agent's binary who it is, without a trace in the state directory. Rejects with words for a person. */
export async function askBinary(
  settings: Settings,
  environment: ReadonlyMap<string, string>,
): Promise<BinaryFacts> {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-"));
  try {
    const scratch = join(folder, "resource-form.yaml");
    const env = Object.fromEntries(agentEnvironment(settings, environment, []).environment);
    return factsOf(await identifyBinary(settings.agent.executable, env, scratch, extensionProbe));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
