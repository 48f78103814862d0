import { CommanderError, Command } from "commander";
import { join } from "node:path";
import type { ServerWish } from "./cli/dev.ts";
import { exitCode, endWith } from "./cli/exit.ts";
import { ownVersion, surroundings } from "./cli/surroundings.ts";

/** Reads the command line and does what it says; the only place with argv, environment and exit codes. */
export async function main(args: readonly string[]): Promise<void> {
  const program = commands();
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exitCode.stopped : exitCode.badInput;
      return;
    }
    endWith(error);
  }
}

function commands(): Command {
  const program = new Command("opampsupervisor")
    .description("Runs one OpenTelemetry Collector and puts it under remote management by OpAMP.")
    .option("--config <file>", "run with this supervisor.yaml")
    .version(ownVersion(), "-v, --version")
    .exitOverride()
    .showHelpAfterError()
    // A command has options of its own by the same name.
    .enablePositionalOptions()
    .allowExcessArguments(true)
    .action(async (options: { config?: string }) => {
      const [unknown] = program.args;
      if (unknown !== undefined) {
        const known = program.commands.map((command) => command.name()).join(", ");
        program.error(`error: expected one of the commands ${known}, found ${unknown}`);
      } else if (options.config === undefined) {
        program.error("error: expected --config=FILE, found none; see examples/supervisor.yaml");
      } else await (await import("./cli/run.ts")).run(options.config, surroundings());
    });
  program
    .command("check")
    .description("read supervisor.yaml and show everything that is wrong with it")
    .requiredOption("--config <file>", "the supervisor.yaml to read")
    .action(async (options: { config: string }) => {
      const { check } = await import("./cli/check.ts");
      process.exitCode = await check(options.config, surroundings());
    });
  addExplainCommand(program);
  addRetryCommand(program);
  addCollectorCommands(program);
  addDevCommands(program);
  return program;
}

function addExplainCommand(program: Command): void {
  program
    .command("explain")
    .description("show which layer sets each value of the agent's configuration, and what it hides")
    .argument("[path]", "only this key and what is below it, for example service.pipelines", "")
    .requiredOption("--config <file>", "the supervisor.yaml to read")
    .option(
      "--with <file>",
      "a remote configuration to try instead of the last good one; may be given several times",
      (file: string, files: readonly string[]) => [...files, file],
      [],
    )
    .action(async (path: string, options: { config: string; with: readonly string[] }) => {
      const { explain } = await import("./cli/explain.ts");
      process.exitCode = await explain(path, options, surroundings());
    });
}

function addRetryCommand(program: Command): void {
  program
    .command("retry")
    .description("have the running supervisor try again at once what failed")
    .requiredOption("--config <file>", "the supervisor.yaml that it runs with")
    .action(async (options: { config: string }) => {
      const { retry } = await import("./cli/retry.ts");
      process.exitCode = await retry(options.config, surroundings());
    });
}

function addCollectorCommands(program: Command): void {
  const collector = program
    .command("collector")
    .description("find or get a collector to supervise");
  collector
    .command("path")
    .description("print the path of the collector that is found")
    .option("--config <file>", "also look at agent.executable of this supervisor.yaml")
    .action(async (options: { config?: string }) => {
      const { printPath } = await import("./cli/collector.ts");
      process.exitCode = await printPath(options.config, surroundings());
    });
  collector
    .command("install")
    .description("find a collector, else download or build one, and print its path")
    .option("--config <file>", "also look at agent.executable of this supervisor.yaml")
    .option(
      "--manifest <name>",
      "what to build: NAME of collector/manifest-NAME.yaml, such as plain or 0.165",
      "collector",
    )
    .action(async (options: { config?: string; manifest: string }) => {
      const { install } = await import("./cli/collector.ts");
      process.exitCode = await install(options, surroundings());
    });
}

const certificateDays = "how long client certificates are valid that it signs; may be a fraction";

function addDevCommands(program: Command): void {
  program
    .command("dev-server")
    .description("run the OpAMP server for development, with its page")
    .option("--port <number>", "port of the OpAMP endpoint", "4320")
    .option("--page-port <number>", "port of the page", "4321")
    .option("--no-tls", "serve ws and http instead of wss and https")
    .option("--certificate-days <number>", certificateDays, "30")
    .action(async (options: ServerWish & { tls: boolean }) => {
      await (await import("./cli/dev.ts")).runDevServer(options, surroundings());
    });
  program
    .command("dev")
    .description("run the development server, a supervisor and a collector together")
    .option(
      "--config <file>",
      "the supervisor.yaml to run",
      join(surroundings().packageDirectory, "examples/supervisor.yaml"),
    )
    .option("--port <number>", "port of the OpAMP endpoint", "4320")
    .option("--page-port <number>", "port of the page", "4321")
    .option("--certificate-days <number>", certificateDays, "30")
    .action(async (options: ServerWish & { config: string }) => {
      await (await import("./cli/dev.ts")).runDev(options, surroundings());
    });
}
