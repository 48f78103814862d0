import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../until.ts";

/** The programs of test/fixtures/agents. */
export type AgentName =
  | "dies-later"
  | "eats-memory"
  | "exits-at-once"
  | "falls-ill"
  | "floods"
  | "forks-a-child"
  | "hangs"
  | "healthy"
  | "holds-its-port"
  | "ignores-sigterm"
  | "needs-a-file"
  | "long-lines"
  | "never-healthy"
  | "noisy"
  | "slow-start"
  | "speaks";

/** The path of a program that stands for a collector. */
export function agentPath(name: AgentName): string {
  return join(import.meta.dirname, "../..", "fixtures", "agents", `${name}.mjs`);
}

/** All that those programs need of the environment. */
export const agentEnv: Readonly<Record<string, string>> = { PATH: process.env["PATH"] ?? "" };

/** A configuration whose health check listens on a port that the system chooses; the agent's log names it. */
export const agentConfig: string = `receivers:
  nop:
exporters:
  nop:
extensions:
  health_check:
    endpoint: 127.0.0.1:0
service:
  extensions: [health_check]
  pipelines:
    traces:
      receivers: [nop]
      exporters: [nop]
`;

/** The fields of the agent's `count`th record with this message, as soon as it is written. */
export async function agentRecord(
  logPath: string,
  message: string,
  count = 1,
): Promise<Readonly<Record<string, unknown>>> {
  const line = await until(() => {
    const text = existsSync(logPath) ? readFileSync(logPath, "utf8") : "";
    // What stands behind the last line break is still being written.
    return text
      .split("\n")
      .slice(0, -1)
      .filter((each) => each.includes(`\t${message}\t`))[count - 1];
  });
  return JSON.parse(line.split("\t")[4] ?? "") as Record<string, unknown>;
}

/** Where the agent's health check is asked. */
export async function agentUrl(logPath: string, count = 1): Promise<string> {
  const { port } = await agentRecord(logPath, "Health check listens", count);
  return `http://127.0.0.1:${String(port)}/`;
}
