import type { Command } from "commander";
import type { VerifyOptions } from "./package.ts";
import type { PackageWish } from "./package-versions.ts";
import { surroundings } from "../surroundings.ts";

/** `opampsupervisor package`: versions of the agent, on a host and for a fleet. */
export function addPackageCommands(program: Command): void {
  const packages = program
    .command("package")
    .description(
      "the versions of the agent that servers deliver: those of this host, and signing them",
    )
    .argument("[words...]")
    .usage("[options] [command]")
    .action(() => packages.error("", { code: "unknown-command" }));
  addVersionCommands(packages);
  addSigningCommands(packages);
}

function addVersionCommands(packages: Command): void {
  const command = (name: string, description: string): Command =>
    packages
      .command(name)
      .description(description)
      .requiredOption("--config <file>", "the supervisor.yaml that the supervisor runs with")
      .option("--json", "print the answer for programs", false);
  const ask = async (wish: PackageWish, options: { config: string; json: boolean }) => {
    const { askForPackages } = await import("./package-versions.ts");
    process.exitCode = await askForPackages(wish, options.config, options.json, surroundings());
  };
  command("list", "print which version runs, which it may go back to, and what was offered").action(
    (options: { config: string; json: boolean }) => ask("list", options),
  );
  command("rollback", "go back to the version before, within seven days").action(
    (options: { config: string; json: boolean }) => ask("rollback", options),
  );
  command("pin", "keep the version that runs, whatever is offered")
    .option("--off", "take what is offered again", false)
    .action((options: { config: string; json: boolean; off: boolean }) =>
      ask(options.off ? "unpin" : "pin", options),
    );
}

function addSigningCommands(packages: Command): void {
  packages
    .command("keygen")
    .description("make a key for signatures, and print what supervisor.yaml needs of it")
    .requiredOption("--key <file>", "where the private key goes")
    .action(async (options: { key: string }) => {
      const { makeKey } = await import("./package.ts");
      process.exitCode = makeKey(options.key, surroundings());
    });
  packages
    .command("sign")
    .description("print the signature of a file")
    .argument("<file>")
    .requiredOption("--key <file>", "the private key, as keygen made it")
    .requiredOption("--package-version <version>", "the version that it is offered as")
    .option("--name <name>", "the name that it is offered under", "")
    .action(
      async (file: string, options: { key: string; packageVersion: string; name: string }) => {
        const { signFile } = await import("./package.ts");
        process.exitCode = await signFile(file, options, surroundings());
      },
    );
  packages
    .command("verify")
    .description("say whether a host would take a file")
    .argument("<file>")
    .requiredOption("--signature <text-or-file>", "what sign printed, or a .sigstore.json")
    .requiredOption("--package-version <version>", "the version that it is offered as")
    .option("--name <name>", "the name that it is offered under", "")
    .option("--config <file>", "the supervisor.yaml of the host")
    .option("--key <key>", "a public key in base64, or its PEM file, in place of that")
    .action(async (file: string, options: VerifyOptions) => {
      const { verifyFile } = await import("./package.ts");
      process.exitCode = await verifyFile(file, options, surroundings());
    });
}
