import type { Command } from "commander";
import type { LogsOptions } from "./logs.ts";
import type { RetryOptions } from "./retry-command.ts";
import type { StatusOptions } from "./status.ts";
import { surroundings } from "../surroundings.ts";

const settingsFile = "the supervisor.yaml that it runs with";

/** What is asked of a supervisor that runs: how things are, what was said, another try. */
export function addStatusCommands(program: Command): void {
  program
    .command("status")
    .description("show on one screen how the agent, the server and what was offered stand")
    .requiredOption("--config <file>", settingsFile)
    .option("--json", "print the answer for programs (docs/status.md has its fields)", false)
    .option("--watch", "show it anew each second until Ctrl-C", false)
    .action(async (options: StatusOptions) => {
      const { status } = await import("./status.ts");
      process.exitCode = await status(options, surroundings());
    });
  program
    .command("logs")
    .description("show the agent's log and the supervisor's own, merged by time")
    .requiredOption("--config <file>", settingsFile)
    .option("-f, --follow", "go on with what is written from now on, until Ctrl-C", false)
    .option("--lines <number>", "so many of the last lines", "50")
    .action(async (options: LogsOptions) => {
      const { logs } = await import("./logs.ts");
      process.exitCode = await logs(options, surroundings());
    });
  program
    .command("retry")
    .description("have the running supervisor try again at once what failed")
    .requiredOption("--config <file>", settingsFile)
    .option("--wait", "wait for what becomes of it, and print that", false)
    .option("--timeout <seconds>", "with --wait: no longer than this", "120")
    .action(async (options: RetryOptions) => {
      const { retry } = await import("./retry-command.ts");
      process.exitCode = await retry(options, surroundings());
    });
}
