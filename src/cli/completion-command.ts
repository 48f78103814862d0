import { Argument, type Command } from "commander";
import { surroundings } from "./surroundings.ts";

/** `opampsupervisor completion`: a script for the shell, made of the commands themselves. */
export function addCompletionCommand(program: Command): void {
  program
    .command("completion")
    .description("print the script with which a shell completes this program's command lines")
    .addArgument(new Argument("<shell>", "whose script").choices(["bash", "zsh", "fish"]))
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const { completionScript } = await import("./completion.ts");
      surroundings().out(completionScript(program, shell));
    });
}
