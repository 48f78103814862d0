import type { Command } from "commander";
import type { SimulateOptions } from "./read-plan.ts";
import { surroundings } from "../surroundings.ts";

/** A fleet that is not there, to see what a server holds. */
export function addSimulateCommand(program: Command): void {
  program
    .command("simulate")
    .description("connect many simulated agents to an OpAMP server, and measure")
    .option("--agents <number>", "how many", "100")
    .option("--server <url>", "ws, wss, http or https; default: the console on this machine")
    .option("--over <time>", "they connect within this time, each at a moment of its own", "10s")
    .option("--heartbeat <time>", "between two messages of an agent that has no news", "30s")
    .option("--apply-after <time>", "how long an agent takes over a configuration", "2s")
    .option("--fail <share>", "so many of them fail with a configuration, such as 2%", "0%")
    .option("--unhealthy <share>", "so many of them are not well", "0%")
    .option("--name <prefix>", "what the names of their hosts begin with", "simulated")
    .option("--headers <file>", "headers of each connection, one `Name: value` in a line")
    .option("--ca <file>", "the authorities that the server's certificate may be from (PEM)")
    .option("--insecure", "do not check the server's certificate", false)
    .option("--for <time>", "end after this time; else at Ctrl-C")
    .option("--until <word>", "end once all are `connected`, or have `applied` a configuration")
    .option("--json", "print nothing but the figures at the end, for programs", false)
    .action(async (options: SimulateOptions) => {
      const { simulate } = await import("./simulate.ts");
      process.exitCode = await simulate(options, surroundings());
    });
}
