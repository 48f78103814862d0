import type { Command } from "commander";
import { surroundings } from "../surroundings.ts";
import type { TakeOverWish } from "./take-over.ts";

const settingsFile = "/etc/opampsupervisor/supervisor.yaml";

/** `opampsupervisor take-over` and `give-back`: from a collector's own unit of systemd to the supervisor's, and back. */
export function addTakeOverCommands(program: Command): void {
  program
    .command("take-over")
    .description(
      "run the collector of another unit of systemd under the supervisor, as it runs now",
    )
    .requiredOption("--unit <name>", "the collector's unit, such as otelcol-contrib.service")
    .option("--endpoint <url>", "the OpAMP server, where there is no supervisor.yaml yet")
    .option("--config <file>", "the supervisor.yaml to write", settingsFile)
    .option("--dry-run", "print what would be done, and do nothing", false)
    .action(async (options: TakeOverWish) => {
      const { takeOver } = await import("./take-over.ts");
      process.exitCode = await takeOver(options, surroundings());
    });
  program
    .command("give-back")
    .description("undo take-over: the collector runs in its own unit again")
    .option("--dry-run", "print what would be done, and do nothing", false)
    .action(async (options: { dryRun: boolean }) => {
      const { giveBack } = await import("./give-back.ts");
      process.exitCode = giveBack(options.dryRun, surroundings());
    });
}
