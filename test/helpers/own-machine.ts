import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import type { PoolOptions, PoolRunnerInitializer, PoolWorker } from "vitest/node";

// Perl is on every Debian, `ip` is not: SIOCSIFFLAGS with IFF_UP and IFF_RUNNING.
const perl = 'socket(S,2,2,0);$lo=pack("a16sx22","lo",0x41);ioctl(S,0x8914,$lo)||die';
const loopbackUp = `ip link set lo up 2>/dev/null || perl -e '${perl}' || exit`;

/** The shell stays: it is the first process of this machine, and buries those whose parents have gone. */
const withFirstProcess = `${loopbackUp}; "$@"; exit $?`;
const withoutOne = `${loopbackUp}; exec "$@"`;

const processes = ["--pid", "--fork", "--kill-child", "--mount-proc"];
const asRoot = ["--user", "--map-root-user"];

/** What is put before a command to give it more than it would have. */
type Launcher = readonly string[];

/**
 * Gives a command a network and processes of its own, or a network at least. Undefined where this system does not permit
 * that, neither as we are nor as root of a user namespace.
 */
export function ownMachine(): Launcher | undefined {
  const ways: readonly Launcher[] = [
    ["--net", ...processes, "--", "sh", "-c", withFirstProcess, "sh"],
    [...asRoot, "--net", ...processes, "--", "sh", "-c", withFirstProcess, "sh", ...asOurselves()],
    ["--net", "--", "sh", "-c", withoutOne, "sh"],
    [...asRoot, "--net", "--", "sh", "-c", withoutOne, "sh", ...asOurselves()],
  ];
  const way = ways.find(
    (args) => spawnSync("unshare", [...args, "true"], { stdio: "ignore" }).status === 0,
  );
  return way && ["unshare", ...way];
}

/** Who had to become root to get a network becomes again who they were: tests see the user who runs them. */
function asOurselves(): readonly string[] {
  const [user, group] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  return ["unshare", "--user", `--map-user=${user}`, `--map-group=${group}`, "--"];
}

/** Runs each test file on a machine of its own. */
export function poolOfMachines(launcher: Launcher): PoolRunnerInitializer {
  return { name: "own-machine", createPoolWorker: (options) => machine(launcher, options) };
}

function machine([command = "", ...args]: Launcher, options: PoolOptions): PoolWorker {
  const { outputStream, errorStream } = options.project.vitest.logger;
  let child: ChildProcess | undefined;
  const running = (): ChildProcess => {
    if (child === undefined) throw new Error("expected the worker to have been started");
    return child;
  };
  return {
    name: "own-machine",
    cacheFs: true,
    on: (event, callback) => void running().on(event, callback),
    off: (event, callback) => void running().off(event, callback),
    send: (message) => void running().send(message),
    deserialize: (data) => data,
    start: () => {
      child = fork(`${options.distPath}/workers/forks.js`, [], {
        env: options.env,
        execPath: command,
        execArgv: [...args, process.execPath, ...options.execArgv],
        stdio: "pipe",
        serialization: "advanced",
      });
      child.stdout?.pipe(outputStream, { end: false });
      child.stderr?.pipe(errorStream, { end: false });
      return Promise.resolve();
    },
    stop: async () => {
      const { exitCode, signalCode } = running();
      if (exitCode !== null || signalCode !== null) return;
      const ended = once(running(), "exit");
      // Its tests are over by now. What they left behind ends with it.
      running().kill("SIGKILL");
      await ended;
    },
  };
}
