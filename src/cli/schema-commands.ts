import type { Command } from "commander";
import { surroundings } from "./surroundings.ts";

/** `opampsupervisor schema`: supervisor.yaml for editors. */
export function addSchemaCommand(program: Command): void {
  program
    .command("schema")
    .description("print the JSON schema of supervisor.yaml, for editors (docs/configuration.md)")
    .action(async () => {
      const { schemaText } = await import("../supervisor/settings/texts/generated-files.ts");
      surroundings().out(schemaText());
    });
}
