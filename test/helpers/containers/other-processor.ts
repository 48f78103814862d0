import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

// How a program for AArch64 begins, and what runs it. With F that is opened at once, and so found from any root.
const magic = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`;
const mask = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`;
const qemu = "/usr/bin/qemu-aarch64-static";
const rule = `:qemu-aarch64:M::${magic}:${mask}:${qemu}:F`;

/** A namespace of users has rules of its own since Linux 6.7: nothing of this machine changes. */
const prepare = `set -e
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
printf %s '${rule}' > /proc/sys/fs/binfmt_misc/register
ip link set lo up
`;

/** How a script in a machine of its own came out. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Longer than anything takes that is well: what hangs is ended, with all that it began. */
const patience = { timeout: 900_000, killSignal: "SIGKILL" } as const;

function run(script: string, args: readonly string[]): Ran {
  const own = ["--user", "--map-root-user", "--mount", "--net", "--pid", "--fork", "--mount-proc"];
  const shell = ["--kill-child", "sh", "-c", `${prepare}${script}`, "sh", ...args];
  // Nothing of who runs the tests gets in.
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" };
  const ran = spawnSync("unshare", [...own, ...shell], { ...patience, env });
  if (ran.pid === 0) return { code: null, out: "", err: "there is no unshare" };
  const why = ran.error === undefined ? "" : `${ran.error.message}\n`;
  return { code: ran.status, out: ran.stdout.toString(), err: why + ran.stderr.toString() };
}

/** Why programs for AArch64 cannot be run here; undefined where they can. */
export function whyNoArm(): string | undefined {
  if (process.arch !== "x64") return "only tried on x64";
  if (!existsSync(qemu)) return `${qemu} is missing (Debian: qemu-user-static)`;
  const { code, err } = run("", []);
  if (code === 0) return undefined;
  return `a namespace of users with a binfmt_misc of its own (Linux 6.7) is needed: ${err.trim()}`;
}

/**
 * Runs a script outside of the root of a system for AArch64, which is `$root` there; `inside` runs a program in it.
 * There is no network, and `/tmp` and the storage are empty.
 */
export function runOnArm(root: string, script: string, ...args: readonly string[]): Ran {
  const enter = `root=$1
shift
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/var/lib/otelcol/supervisor"
inside() { chroot "$root" "$@"; }
${script}`;
  return run(enter, [root, ...args]);
}
