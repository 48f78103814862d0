import { CommanderError, Command } from "commander";
import type { AgentsWish } from "./cli/dev/dev-agents.ts";
import type { PackagesWish } from "./cli/dev/dev-packages.ts";
import type { PlaceWish } from "./cli/dev/dev-place.ts";
import type { ServerWish, TlsWish } from "./cli/dev/dev.ts";
import type { ExplainOptions } from "./cli/explain/explain.ts";
import { addCompletionCommand } from "./cli/completion-command.ts";
import { addDoctorCommands } from "./cli/doctor/doctor-commands.ts";
import { addFleetCommands } from "./cli/fleet/fleet-commands.ts";
import { addPackageCommands } from "./cli/package/package-commands.ts";
import { addSchemaCommand } from "./cli/schema-commands.ts";
import { addSimulateCommand } from "./cli/simulate/simulate-commands.ts";
import { addStatusCommands } from "./cli/status/status-commands.ts";
import { addTakeOverCommands } from "./cli/unit/take-over-commands.ts";
import { addHealthcheckCommand } from "./cli/healthcheck-command.ts";
import { exitCode, endWith } from "./cli/exit.ts";
import { fromReference } from "./cli/reference-arguments.ts";
import { type Advice, adviceFor, adviceText, fileMistake } from "./cli/wrong-arguments.ts";
import { ownVersion, surroundings } from "./cli/surroundings.ts";

/** Reads the command line and does what it says; the only place with argv, environment and exit codes. */
export async function main(typed: readonly string[]): Promise<void> {
  const { args, notes } = fromReference(typed);
  for (const note of notes) process.stderr.write(`opampsupervisor: ${note}\n`);
  const mistake = fileMistake(args);
  if (mistake !== undefined) {
    refuse(mistake);
    return;
  }
  try {
    await commands().parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) endWith(error);
    // Help and the version were asked for and have been printed.
    else if (error.exitCode !== 0) refuse(adviceFor(error, args));
  }
}

function refuse(advice: Advice): void {
  process.stderr.write(adviceText(advice));
  process.exitCode = exitCode.badInput;
}

/** The commands as they are declared, with nothing read or run. */
export function commands(): Command {
  const program = new Command("opampsupervisor")
    .description("Runs one OpenTelemetry Collector and puts it under remote management by OpAMP.")
    .option("--config <file>", "run with this supervisor.yaml")
    .version(ownVersion(), "-v, --version")
    .exitOverride()
    // What is wrong is said in two lines, by `refuse`.
    .configureOutput({ outputError: () => undefined })
    .helpCommand(true)
    // A command has options of its own by the same name.
    .enablePositionalOptions()
    .allowExcessArguments(false)
    .argument("[words...]")
    .usage("[options] [command]")
    .action(async (words: readonly string[], options: { config?: string }) => {
      if (words.length > 0) program.error("", { code: "unknown-command" });
      else if (options.config === undefined) program.error("", { code: "no-file" });
      else {
        (await import("./cli/under-init.ts")).goUnderInit();
        await (await import("./cli/run.ts")).run(options.config, surroundings());
      }
    });
  program
    .command("version")
    .description("print the version")
    .action(() => surroundings().out(`${ownVersion()}\n`));
  program
    .command("check")
    .description("show everything that would stop the supervisor from starting with this file")
    .requiredOption("--config <file>", "the supervisor.yaml to read")
    .option("--no-run", "do not run the collector's binary to look at the local configuration")
    .action(async (options: { config: string; run: boolean }) => {
      process.exitCode = await (await import("./cli/check.ts")).check(options, surroundings());
    });
  addSchemaCommand(program);
  addExplainCommand(program);
  addStatusCommands(program);
  addHealthcheckCommand(program);
  addPolicyCommands(program);
  addDoctorCommands(program);
  addPackageCommands(program);
  addCollectorCommands(program);
  addTakeOverCommands(program);
  addDevCommands(program);
  addFleetCommands(program);
  addSimulateCommand(program);
  addCompletionCommand(program);
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
    .option("--refused", "show the last offer that was refused, against what runs", false)
    .option("--hash <hash>", "with --refused: the one whose hash begins so", "")
    .action(async (path: string, options: ExplainOptions) => {
      const { explain } = await import("./cli/explain/explain.ts");
      process.exitCode = await explain(path, options, surroundings());
    });
}

function addPolicyCommands(program: Command): void {
  const policy = program
    .command("policy")
    .description("what agent.policy means outside of the supervisor")
    .argument("[words...]")
    .usage("[options] [command]")
    .action(() => policy.error("", { code: "unknown-command" }));
  policy
    .command("unit")
    .description("print what the kernel can enforce of agent.policy, as a drop-in for systemd")
    .requiredOption("--config <file>", "the supervisor.yaml with the policy")
    .action(async (options: { config: string }) => {
      const { printUnit } = await import("./cli/policy.ts");
      process.exitCode = await printUnit(options.config, surroundings());
    });
}

function addCollectorCommands(program: Command): void {
  const collector = program
    .command("collector")
    .description("find or get a collector to supervise")
    .argument("[words...]")
    .usage("[options] [command]")
    .action(() => collector.error("", { code: "unknown-command" }));
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
    .option("--main <file>", "build it with this main.go in the place of the builder's own")
    .action(async (options: { config?: string; manifest: string; main?: string }) => {
      const { install } = await import("./cli/collector.ts");
      process.exitCode = await install(options, surroundings());
    });
}

const stateHelp = "the file to keep agents and offers in; usually below XDG_STATE_HOME";
const certificateDays = "how long client certificates are valid that it signs; may be a fraction";

function addDevCommands(program: Command): void {
  const devServer = program
    .command("dev-server")
    .description("run the console: an OpAMP server with a page")
    .option("--port <number>", "port of the OpAMP endpoint; 4320 where nothing is named")
    .option("--page, --page-port <number>", "port of the page", "4321")
    .option("--no-tls", "serve ws and http instead of wss and https")
    .option("--agent-token-file <file>", "what agents have to know: Authorization: Bearer TOKEN")
    .option("--approve-agents", "let those come without it, and wait until a person approves them")
    .option("--certificate-days <number>", certificateDays, "30")
    .option("--packages <folder>", "offer the packages in this folder (docs/upgrades.md)")
    .option("--packages-key <file>", "the key that signs them; made where there is none")
    .option("--state <file>", stateHelp)
    .option("--no-state", "keep nothing beyond the life of the server")
    .action(async (options: ServerWish & PackagesWish & PlaceWish & AgentsWish & TlsWish) => {
      await (await import("./cli/dev/dev.ts")).runDevServer(options, surroundings());
    });
  const dev = program
    .command("dev")
    .description("run the console, a supervisor and a collector together")
    .option("--config <file>", "the supervisor.yaml to run instead of examples/dev.yaml")
    .option("--port <number>", "port of the OpAMP endpoint, for the supervisor too; usually 4320")
    .option("--page, --page-port <number>", "port of the page", "4321")
    .option("--certificate-days <number>", certificateDays, "30")
    .option("--packages <folder>", "offer the packages in this folder (docs/upgrades.md)")
    .option("--packages-key <file>", "the key that signs them; made where there is none")
    .option("--state <file>", stateHelp)
    .option("--no-state", "keep nothing beyond the life of the server")
    .action(async (options: ServerWish & PackagesWish & PlaceWish & { config?: string }) => {
      await (await import("./cli/dev/dev.ts")).runDev(options, surroundings());
    });
  for (const command of [devServer, dev]) addPageOptions(command);
}

/** From where the page may be reached. */
function addPageOptions(command: Command): void {
  const host = "address of the page; one that others reach needs a token";
  const origin = "where browsers reach the page through a proxy: https://console.example";
  const proxy = "address or network of a proxy whose X-Forwarded-For is believed; also with commas";
  command
    .option("--page-host <address>", host, "127.0.0.1")
    .option("--page-token-file <file>", "what whoever uses the page has to know is in this file")
    .option("--page-origin <url...>", `${origin}; needs a token`)
    .option("--page-proxy <address...>", proxy);
}
