import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFileOutput } from "../../../src/agent/output/output.ts";
import { noWall } from "../../../src/agent/process/wall.ts";
import type { AgentProgram } from "../../../src/agent/process/agent-process.ts";
import { agentConfig, agentEnv } from "./agents.ts";

/** A program to start as an agent, with all its files in one folder. */
export interface ProgramIn {
  readonly program: AgentProgram;
  readonly logPath: string;
  /** A configuration is in it. */
  readonly configPath: string;
}

/** Lays out a folder for an agent that writes its own log, and may drain for a second. */
export function programIn(
  folder: string,
  executable: string,
  changes: Partial<AgentProgram> = {},
): ProgramIn {
  const logPath = join(folder, "agent.log");
  const configPath = join(folder, "effective.yaml");
  writeFileSync(configPath, agentConfig);
  const program = {
    executable,
    env: agentEnv,
    output: createFileOutput(logPath, { maxBytes: 10 * 1024 * 1024, maxFiles: 5 }),
    notePath: join(folder, "agent.json"),
    setpriv: undefined,
    wall: () => noWall,
    drainMs: 1_000,
    outlives: false,
    endpoint: () => ({ port: 1, secret: "s" }),
    snippetBytes: 0,
    ...changes,
  };
  return { program, logPath, configPath };
}
