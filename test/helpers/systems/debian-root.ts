import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Where the roots of whole systems are kept: some hundred MB each, which may be more than /tmp has. */
const cache = join(homedir(), ".cache/opampsupervisor/systems");

/** Why no root of a Debian can be made or booted here, or undefined where it can. */
export function whyNoRoot(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can make a system";
  for (const tool of ["mmdebstrap", "systemd-nspawn"]) {
    if (spawnSync(tool, ["--version"]).status !== 0) return `${tool} is not installed`;
  }
  return undefined;
}

/** The path of a system of its own, a Debian 12 with systemd that is not running; gone with the test. */
export function debianRoot(): string {
  const tar = join(cache, "bookworm-systemd.tar");
  mkdirSync(cache, { recursive: true });
  if (!existsSync(tar)) {
    const part = join(cache, `bookworm-systemd.${process.pid}.tar`);
    const include =
      "--include=systemd,systemd-sysv,dbus,procps,ca-certificates,libstdc++6,util-linux";
    execFileSync("mmdebstrap", ["--quiet", "--variant=minbase", include, "bookworm", part]);
    renameSync(part, tar);
  }
  const root = mkdtempSync(join(cache, "root-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  execFileSync("tar", ["-xpf", tar, "-C", root, "--exclude=./dev/*"]);
  chmodSync(root, 0o755);
  // Without it a collector finds no localhost.
  writeFileSync(join(root, "etc/hosts"), "127.0.0.1 localhost\n");
  return root;
}

/**
 * Boots a root, runs a shell script in it as root, and powers off. What the script said with `say NAME VALUE` is the answer;
 * `${root}/trial.log` has all that it printed.
 */
export async function bootAndRun(
  root: string,
  script: string,
): Promise<ReadonlyMap<string, string>> {
  const words = 'say() { printf \'%s\\t%s\\n\' "$1" "$2" >> /trial.said; }\n';
  writeFileSync(join(root, "trial.said"), "");
  writeFileSync(join(root, "trial.sh"), `${words}${script}`);
  const unit = [
    "[Unit]\nDescription=What the test does\nAfter=multi-user.target\n[Service]\nType=oneshot\nTimeoutStartSec=600",
    "ExecStart=/bin/bash /trial.sh\nStandardOutput=file:/trial.log\nStandardError=file:/trial.log",
    "ExecStopPost=/bin/systemctl --no-block poweroff\n",
  ].join("\n");
  writeFileSync(join(root, "etc/systemd/system/trial.service"), unit);
  const wants = join(root, "etc/systemd/system/default.target.wants");
  mkdirSync(wants, { recursive: true });
  execFileSync("ln", ["-sf", "/etc/systemd/system/trial.service", wants]);
  const args = ["-D", root, "--boot", "--register=no", "--keep-unit", "--private-network"];
  const machine = spawn("systemd-nspawn", [...args, "--quiet", "--console=pipe"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let console = "";
  machine.stdout.on("data", (bytes: Buffer) => (console += bytes.toString()));
  machine.stderr.on("data", (bytes: Buffer) => (console += bytes.toString()));
  onTestFinished(() => void machine.kill("SIGKILL"));
  await once(machine, "close");
  const said = readFileSync(join(root, "trial.said"), "utf8").trim();
  if (said === "") throw new Error(`the system came to nothing:\n${console}`);
  return new Map(
    said.split("\n").map((line) => {
      const [name = "", value = ""] = line.split("\t");
      return [name, value];
    }),
  );
}
