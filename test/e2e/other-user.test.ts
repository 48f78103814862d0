import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { patienceMs } from "../helpers/e2e/daemon.ts";
import { runningScene } from "../helpers/e2e/scene.ts";
import { freePorts } from "../helpers/net/free-ports.ts";

/** Any user who is not us. */
const stranger = 65_534;

/** What a shell of the other user says to a command: its exit code, 0 where it succeeded. */
function asStranger(command: string): number {
  try {
    execFileSync("sh", ["-c", command], { uid: stranger, gid: stranger, stdio: "ignore" });
    return 0;
  } catch (error) {
    return (error as { status: number | null }).status ?? -1;
  }
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
    join(folder, name),
  );
}

/** Only root may, and not in a user namespace that has no other user. */
const becomesStranger = spawnSync("true", { uid: stranger, gid: stranger }).status === 0;

test.skipIf(!becomesStranger)(
  "another user of the host can read nothing of ours, write nothing, signal nobody and command nothing",
  async () => {
    const { folder, path, pid, daemon } = await runningScene();
    // Only our own directories keep the other user out.
    chmodSync(folder, 0o755);
    const storage = path("storage");
    expect(asStranger(`test -d ${storage}`)).toBe(0);
    expect(asStranger(`ls ${storage}`)).not.toBe(0);
    const files = filesBelow(storage);
    expect(files.length).toBeGreaterThan(3);
    // As if somebody had opened the directory: each file is closed by itself.
    chmodSync(storage, 0o755);
    for (const file of files.filter((each) => statSync(each).isFile())) {
      expect(asStranger(`cat ${file}`), file).not.toBe(0);
      expect(asStranger(`echo x >> ${file}`), file).not.toBe(0);
    }
    const socket = path("storage/control.sock");
    const connect = `require("net").connect("${socket}").on("connect", () => process.exit(0)).on("error", () => process.exit(7))`;
    expect(asStranger(`${process.execPath} -e '${connect}'`)).toBe(7);
    for (const each of [pid, daemon.pid]) {
      expect(asStranger(`kill -HUP ${each}`)).not.toBe(0);
      for (const secret of ["environ", "mem", "maps", "auxv", "stack", "root/etc/passwd"])
        expect(asStranger(`cat /proc/${each}/${secret}`), secret).not.toBe(0);
      expect(asStranger(`ls /proc/${each}/fd/`)).not.toBe(0);
    }
  },
  2 * patienceMs,
);

test(
  "a page for health tells everybody no secret, and each file of ours is for its owner only",
  async () => {
    const [page = 0] = await freePorts(1);
    const { path } = await runningScene({
      more: `healthcheck: {endpoint: "127.0.0.1:${page}"}\n`,
      agent: "  env: {A_SECRET: hunter.2}\n",
    });
    for (const file of filesBelow(path("storage")).filter((each) => statSync(each).isFile()))
      expect(statSync(file).mode & 0o077, file).toBe(0);
    // Nobody is told apart by a port: what we get is what another user gets.
    const health = await fetch(`http://127.0.0.1:${page}/`);
    expect(await health.text()).not.toMatch(/hunter|secret/);
  },
  2 * patienceMs,
);
