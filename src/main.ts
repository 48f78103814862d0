import { surroundings } from "./cli/surroundings.ts";

/**
 * The everyday call, `opampsupervisor --config=FILE`, is recognised without the command line's library: it would cost
 * every start of the daemon a third of what the rest of it takes.
 */
function plainRun(args: readonly string[]): string | undefined {
  const [first = "", second] = args;
  if (args.length === 1 && first.startsWith("--config=")) return first.slice("--config=".length);
  return args.length === 2 && first === "--config" ? second : undefined;
}

async function start(args: readonly string[]): Promise<void> {
  const { endWith } = await import("./cli/exit.ts");
  try {
    const config = plainRun(args);
    if (config !== undefined && config !== "") {
      if (process.pid === 1) (await import("./cli/under-init.ts")).goUnderInit();
      await (await import("./cli/run.ts")).run(config, surroundings());
    } else await (await import("./cli.ts")).main(args);
  } catch (error) {
    endWith(error);
  }
}

void start(process.argv.slice(2));
