import { type ChildProcess, spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { eventually, program } from "./daemon.ts";

/** A console as a process of its own. */
export interface ConsoleProcess {
  readonly process: ChildProcess;
  readonly errors: () => string;
}

/** Starts one with its state in a file, and waits until its page is there. */
export async function startConsole(
  ports: readonly number[],
  state: string,
  launcher: readonly string[] = [],
): Promise<ConsoleProcess> {
  const [opamp, page] = ports;
  const options = ["--no-tls", `--port=${opamp}`, `--page-port=${page}`, `--state=${state}`];
  const words: readonly string[] = [...launcher, process.execPath, program, "dev-server"];
  const [command = "", ...rest] = words;
  const child = spawn(command, [...rest, ...options], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [output, errors] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (errors += bytes.toString()));
  await eventually(() => output.includes("page "));
  return { process: child, errors: () => errors };
}
