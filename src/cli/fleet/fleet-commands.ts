import type { Command } from "commander";
import type { FleetLogsOptions, ListOptions, SendOptions } from "./fleet.ts";
import { surroundings } from "../surroundings.ts";

const consoleUrl = "the console; default: OPAMPSUPERVISOR_CONSOLE, else http://127.0.0.1:4321";
const tokenFile =
  "a file with the console's token; default: the one in OPAMPSUPERVISOR_CONSOLE_TOKEN";
const query = "which agents, as in the page's search: is:failing version<0.158 (docs/console.md)";

/** What a console can be asked about its agents. */
export function addFleetCommands(program: Command): void {
  const fleet = program
    .command("fleet")
    .description(
      "list the agents of a console, send them a configuration, watch them, read their logs",
    )
    .argument("[words...]")
    .usage("[options] [command]")
    .action(() => fleet.error("", { code: "unknown-command" }));
  fleet
    .command("list")
    .description("list agents")
    .argument("[query...]", query, [])
    .option("--page <url>", consoleUrl)
    .option("--token-file <file>", tokenFile)
    .option("--json", "print the agents for programs", false)
    .action(async (words: readonly string[], options: ListOptions) => {
      const { list } = await import("./fleet.ts");
      process.exitCode = await list(words.join(" "), options, surroundings());
    });
  fleet
    .command("send")
    .description("send a configuration to agents, all at once or stage by stage")
    .argument("<file...>", "the configuration; - is standard input; several are sent together")
    .requiredOption("--to <target>", "UID, all, group:NAME or a query")
    .option("--stages <shares>", "shares in percent, such as 10,50,100; a UID gets it at once")
    .option("--settle <seconds>", "how long a stage must stay well before the next one")
    .option("--failures <number>", "it goes on with so many agents that failed", "0")
    .option("--preview", "say who would get it, and send nothing", false)
    .option("--no-check", "do not look for mistakes before sending")
    .option("--wait", "wait until all have it or it has stopped, and show how it goes", false)
    .option("--timeout <seconds>", "with --wait: no longer than this", "3600")
    .option("--page <url>", consoleUrl)
    .option("--token-file <file>", tokenFile)
    .option("--json", "print the answer for programs", false)
    .action(async (files: readonly string[], options: SendOptions) => {
      const { send } = await import("./fleet.ts");
      process.exitCode = await send(files, options, surroundings());
    });
  fleet
    .command("watch")
    .description("show what changes, until Ctrl-C")
    .argument("[query...]", query, [])
    .option("--page <url>", consoleUrl)
    .option("--token-file <file>", tokenFile)
    .option("--json", "print each change of an agent for programs, one in a line", false)
    .action(async (words: readonly string[], options: ListOptions) => {
      const { watch } = await import("./fleet.ts");
      process.exitCode = await watch(words.join(" "), options, surroundings());
    });
  fleet
    .command("logs")
    .description("show the log lines of an agent that the console has")
    .argument("<uid>", "the instance id of the agent; fleet list shows it")
    .option("-f, --follow", "go on with what comes from now on, until Ctrl-C", false)
    .option("--lines <number>", "so many of the last lines", "50")
    .option("--page <url>", consoleUrl)
    .option("--token-file <file>", tokenFile)
    .option("--json", "print each line for programs", false)
    .action(async (uid: string, options: FleetLogsOptions) => {
      const { fleetLogs } = await import("./fleet.ts");
      process.exitCode = await fleetLogs(uid, options, surroundings());
    });
}
