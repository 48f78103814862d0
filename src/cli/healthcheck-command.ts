import type { Command } from "commander";
import type { HealthcheckOptions } from "./healthcheck.ts";
import { surroundings } from "./surroundings.ts";

/** `opampsupervisor healthcheck`: what a container asks of itself. */
export function addHealthcheckCommand(program: Command): void {
  program
    .command("healthcheck")
    .description("ask the running supervisor whether it works; the exit code is 0 when it does")
    .requiredOption("--config <file>", "the supervisor.yaml that it runs with")
    .option("--ready", "ask whether the agent is healthy instead", false)
    .action(async (options: HealthcheckOptions) => {
      const { healthcheck } = await import("./healthcheck.ts");
      process.exitCode = await healthcheck(options, surroundings());
    });
}
