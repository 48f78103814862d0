import { execFile, execFileSync, spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

const run = promisify(execFile);

/** Where images and containers of tests are, apart from those of whoever works here. */
export const containerFolder: string = join(homedir(), ".cache/opampsupervisor/containers");

/** What buildah and podman are both told. */
export const containerStore: readonly string[] = [
  ...["--root", join(containerFolder, "storage"), "--runroot", join(containerFolder, "run")],
  ...["--storage-driver", "vfs"],
];

/** Why no containers can be run here; undefined where they can. */
export function whyNoContainers(): string | undefined {
  if (process.getuid?.() !== 0) return "root is needed";
  const tools = ["buildah", "podman", "runc", "mmdebstrap", "npm"];
  const missing = tools.filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
  return missing.length === 0 ? undefined : `not installed: ${missing.join(", ")}`;
}

const engine = [
  ...containerStore,
  ...["--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "none"],
];

/** What a command of podman came to. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs podman to its end; a failure is an answer. */
export async function podman(...args: readonly string[]): Promise<Outcome> {
  try {
    const { stdout, stderr } = await run("podman", [...engine, ...args]);
    return { code: 0, out: stdout.trim(), err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    return { code: typeof code === "number" ? code : -1, out: stdout.trim(), err: stderr };
  }
}

/** How every container of the tests is run: nothing of the machine, no right that it could do without. */
const hardened = [
  ...["--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges"],
  // More than a machine for tests may grant; podman asks for more by itself.
  ...["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"],
];

/** A container that runs, gone with the test. */
export interface Container {
  readonly name: string;
  /** What a program in it prints. */
  readonly run: (...command: readonly string[]) => Promise<Outcome>;
  readonly inspect: (template: string) => Promise<string>;
  readonly log: () => Promise<string>;
}

/** Starts a container; `options` are podman's, `command` comes behind the image. */
export async function startContainer(
  image: string,
  options: readonly string[],
  command: readonly string[] = [],
): Promise<Container> {
  const started = await podman("run", "--detach", ...hardened, ...options, image, ...command);
  const name = started.out.split("\n").at(-1) ?? "";
  if (started.code !== 0) throw new Error(`podman run ${image}: ${started.err}`);
  onTestFinished(() => {
    // Where there is no systemd it complains of the timers of health checks; its exit code tells what counts.
    const words = [...engine, "rm", "--force", "--time", "0", "--volumes", name];
    execFileSync("podman", words, { stdio: ["ignore", "ignore", "pipe"] });
  });
  return {
    name,
    run: (...words) => podman("exec", name, ...words),
    inspect: async (template) => (await podman("inspect", "--format", template, name)).out,
    log: async () => {
      const { out, err } = await podman("logs", name);
      return out + err;
    },
  };
}
