import type { Command } from "commander";
import { surroundings } from "../surroundings.ts";

/** `opampsupervisor doctor` and `opampsupervisor diagnose`: what is wrong on this machine, for a person and for a report. */
export function addDoctorCommands(program: Command): void {
  program
    .command("doctor")
    .description("look at all that the supervisor needs of this machine and its server")
    .requiredOption("--config <file>", "the supervisor.yaml to read")
    .option("--json", "print the findings for programs", false)
    .action(async (options: { config: string; json: boolean }) => {
      const { doctor } = await import("./doctor.ts");
      end(await doctor(options, surroundings()));
    });
  program
    .command("diagnose")
    .description("write what a bug report needs into one file, without secrets")
    .requiredOption("--config <file>", "the supervisor.yaml to read")
    .option("--output <file>", "the .tar.gz to write, instead of one named by the time")
    .action(async (options: { config: string; output?: string }) => {
      const { diagnose } = await import("./diagnose.ts");
      end(await diagnose(options, surroundings()));
    });
}

/** What hangs, such as a file system that does not answer, must not keep the command from its end. */
function end({ code, unfinished }: { readonly code: number; readonly unfinished: boolean }): void {
  process.exitCode = code;
  if (unfinished) process.stdout.write("", () => process.exit(code));
}
