import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { collectorPath, eventually } from "../e2e/daemon.ts";

const project = join(import.meta.dirname, "../../..");
const cache = join(homedir(), ".cache/opampsupervisor/systems");
const archive = join(cache, "bookworm-systemd.tar");
const packages = "systemd,systemd-sysv,dbus,procps,ca-certificates,libstdc++6,util-linux";

/** Why no machine can be booted here; undefined where one can. */
export function lackOfSystemd(): string | undefined {
  if (process.getuid?.() !== 0) return "booting a systemd needs root";
  const needed = ["systemd-nspawn", "nsenter", ...(existsSync(archive) ? [] : ["mmdebstrap"])];
  const missing = needed.filter((name) => spawnSync(name, ["--version"]).error !== undefined);
  return missing.length === 0 ? undefined : `there is no ${missing.join(", no ")}`;
}

/** A Debian with a systemd of its own, in which the program lies as a package would put it. */
export interface Machine {
  /** Its root directory as seen from here. */
  readonly root: string;
  /** The directory with the program's files, which may be replaced. */
  readonly program: string;
  /** What a shell command prints in it; throws with all that it said when it fails. */
  readonly run: (command: string) => string;
  /** The same with the exit code, whatever that is. */
  readonly tryRun: (command: string) => { readonly code: number | null; readonly output: string };
  readonly write: (path: string, text: string) => void;
  readonly end: () => void;
}

/** Boots one; the first time the packages are fetched, which takes a minute or two. */
export async function bootMachine(): Promise<Machine> {
  if (!existsSync(archive)) fetchArchive();
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-machine-"));
  const root = join(folder, "root");
  const program = join(folder, "program");
  mkdirSync(root);
  execFileSync("tar", ["-C", root, "-xf", archive]);
  for (const part of ["bin", "dist", "package.json"]) {
    cpSync(join(project, part), join(program, part), { recursive: true });
  }
  writeFileSync(join(root, "etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
  writeFileSync(join(root, "etc/machine-id"), "");
  const binds = [
    `--bind=${program}:/usr/lib/opampsupervisor`,
    `--bind-ro=${process.execPath}:/usr/bin/node`,
    `--bind-ro=${collectorPath()}:/usr/bin/otelcol`,
    `--bind-ro=${join(project, "test/fixtures/agents")}:/usr/lib/agents`,
  ];
  const manner = ["--boot", "--register=no", "--keep-unit", "--private-network", "--console=pipe"];
  const container = spawn("systemd-nspawn", ["--directory", root, ...manner, ...binds], {
    stdio: "ignore",
    detached: true,
  });
  const first = (): string => childrenOf(container.pid ?? 0)[0] ?? "";
  const tryRun: Machine["tryRun"] = (command) => {
    const entering = ["--all", "--target", first(), "/bin/sh", "-c", `exec 2>&1; ${command}`];
    const { status, stdout } = spawnSync("nsenter", entering, { encoding: "utf8" });
    return { code: status, output: stdout.trim() };
  };
  const run = (command: string): string => {
    const { code, output } = tryRun(command);
    if (code !== 0) throw new Error(`${command}\nended with ${code ?? "a signal"}: ${output}`);
    return output;
  };
  const end = (): void => {
    // Its first process takes all others with it.
    for (const pid of [...childrenOf(container.pid ?? 0), String(container.pid)]) {
      spawnSync("kill", ["-KILL", pid]);
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  };
  const machine: Machine = {
    ...{ root, program, run, tryRun, end },
    write: (path, text) => {
      // From inside: not all of its files lie in that directory.
      const command = `mkdir -p "$(dirname ${path})" && cat > ${path}`;
      const entering = ["--all", "--target", first(), "/bin/sh", "-c", command];
      execFileSync("nsenter", entering, { input: text });
    },
  };
  try {
    await eventually(
      () => first() !== "" && tryRun("systemctl is-system-running --wait").output === "running",
    );
    install(machine);
  } catch (error) {
    end();
    throw error;
  }
  return machine;
}

/** As a package does it. */
function install({ run, write }: Machine): void {
  run(
    "useradd --system --home-dir /var/lib/opampsupervisor --no-create-home --shell /usr/sbin/nologin opampsupervisor",
  );
  run("ln -s /usr/lib/opampsupervisor/bin/opampsupervisor.cjs /usr/bin/opampsupervisor");
  write("/usr/lib/systemd/system/opampsupervisor.service", unitText());
  run("systemctl daemon-reload");
}

/** The unit as it is shipped. */
export function unitText(): string {
  return readFileSync(join(project, "packaging/systemd/opampsupervisor.service"), "utf8");
}

function fetchArchive(): void {
  mkdirSync(cache, { recursive: true });
  const half = `${archive.replace(/\.tar$/, "")}.${process.pid}.tar`;
  const args = ["--variant=minbase", `--include=${packages}`, "bookworm", half];
  execFileSync("mmdebstrap", args, { stdio: "ignore" });
  renameSync(half, archive);
}

function childrenOf(pid: number): readonly string[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  return existsSync(path)
    ? readFileSync(path, "utf8")
        .split(" ")
        .filter((each) => each !== "")
    : [];
}
