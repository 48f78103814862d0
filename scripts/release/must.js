// A command that the release cannot do without.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { giveUp } from "../setup.js";

/** What a command prints; ends the script when it fails. */
export async function must(command, args, env) {
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      env: { ...process.env, ...env },
    });
    return stdout;
  } catch (error) {
    return giveUp(
      `${command} ${args.join(" ")} failed:\n${error.stderr || error.stdout || error.message}`,
    );
  }
}
