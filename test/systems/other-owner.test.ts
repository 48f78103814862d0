import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nopConfig } from "../helpers/agent/agent-configs.ts";
import { agentPath } from "../helpers/agent/agents.ts";
import { type Daemon, patienceMs, program } from "../helpers/e2e/daemon.ts";
import { type Host, createHost } from "../helpers/e2e/scene.ts";
import { freePorts } from "../helpers/net/free-ports.ts";

/** Any user who is not us. */
const stranger = 64_322;

const asStranger = [
  "setpriv",
  `--reuid=${stranger}`,
  `--regid=${stranger}`,
  "--clear-groups",
] as const;

/** True for root where the stranger may run what the tests run. */
function canBeStranger(): boolean {
  if (process.getuid?.() !== 0) return false;
  const looks = `test -r ${program} && test -x ${agentPath("healthy")} && test -x ${process.execPath}`;
  return spawnSync("sh", ["-c", looks], { uid: stranger, gid: stranger }).status === 0;
}

const isRoot = process.getuid?.() === 0;
const own = "of root, and of nobody else\n";

/** A host whose storage directory somebody else has made, and a file of root's beside it. */
async function host(): Promise<Host & { readonly victim: string; readonly storage: string }> {
  const [health = 0] = await freePorts(1);
  const made = createHost("ws://127.0.0.1:1/v1/opamp", {
    executable: agentPath("healthy"),
    local: nopConfig("local", { health: `127.0.0.1:${health}` }),
  });
  chmodSync(made.folder, 0o755);
  const [victim, storage] = [made.path("victim"), made.path("storage")];
  writeFileSync(victim, own, { mode: 0o600 });
  mkdirSync(storage, { mode: 0o700 });
  chownSync(storage, stranger, stranger);
  return { ...made, victim, storage };
}

/** What somebody may put where a file or directory of ours is to be. */
const traps: Readonly<Record<string, (path: string, victim: string) => void>> = {
  "a link to a file of root's": (path, victim) => symlinkSync(victim, path),
  "a link to nothing": (path, victim) => symlinkSync(`${victim}.made`, path),
  "a link to a directory of root's": (path, victim) => {
    mkdirSync(`${victim}.directory`, { mode: 0o755 });
    symlinkSync(`${victim}.directory`, path);
  },
  "a pipe": (path) => void spawnSync("mkfifo", [path]),
  "a directory": (path) => {
    mkdirSync(path);
    writeFileSync(join(path, "x"), "x");
  },
  "another name of a file of root's": (path, victim) => linkSync(victim, path),
};

const names = [
  ...["journal.json", "journal.previous.json", "effective.yaml", "agent.log", "machine.json"],
  ...["binary.json", "control.sock", "lock", "whole-reload.yaml"],
  ...["generations", "secrets"],
];

async function runs(daemon: Daemon): Promise<void> {
  await daemon.waitForLog("agent is healthy");
  daemon.signal("SIGTERM");
  await daemon.ended;
}

// The kernel lets nobody give another name to a file that he may not write (fs.protected_hardlinks), so that nothing is
// to be feared of an appended line there; all else has to hold for it, too.
const appendsTo = (name: string, trap: string): boolean =>
  name === "agent.log" && trap === "another name of a file of root's";

test.skipIf(!isRoot).each(Object.entries(traps))(
  "root's supervisor starts its agent where another user has put %s, and touches nothing of root's",
  async (trap, set) => {
    for (const name of names) {
      // Without a holder it is taken for a lock that is being given back, for a minute.
      if (name === "lock" && trap === "a directory") continue;
      const { boot, victim, storage } = await host();
      const path = join(storage, name);
      set(path, victim);
      lchownSync(path, trap.startsWith("another name") ? 0 : stranger, stranger);
      const daemon = boot();
      await runs(daemon);
      expect(
        daemon.lines.filter(({ msg }) => msg.includes("belongs to another user")),
        name,
      ).toHaveLength(1);
      expect(JSON.stringify(daemon.lines), name).not.toContain("of root, and");
      if (!appendsTo(name, trap)) expect(readFileSync(victim, "utf8"), name).toBe(own);
      expect(statSync(victim).mode & 0o777, name).toBe(0o600);
      expect(statSync(`${victim}.made`, { throwIfNoEntry: false }), name).toBeUndefined();
      const other = statSync(`${victim}.directory`, { throwIfNoEntry: false });
      if (other !== undefined) {
        expect(other.mode & 0o777, name).toBe(0o755);
        expect(other.nlink, name).toBe(2);
      }
    }
  },
  12 * patienceMs,
);

test.skipIf(!canBeStranger())(
  "a user whose storage directory is root's is told who has it and what to type",
  async () => {
    const { boot, storage } = await host();
    chownSync(storage, 0, 0);
    const daemon = boot({}, asStranger);
    expect(await daemon.ended).toBe(1);
    expect(daemon.stderr()).toContain(`may not be made or written by this user (uid ${stranger})`);
    expect(daemon.stderr()).toContain("it belongs to uid 0");
    expect(daemon.stderr()).toContain(`chown -R ${stranger} ${storage}`);
  },
  patienceMs,
);

test.skipIf(!canBeStranger())(
  "a user whose supervisor root has started once is told the same of what that has left",
  async () => {
    const { boot, storage } = await host();
    await runs(boot());
    const daemon = boot({}, asStranger);
    expect(await daemon.ended).toBe(1);
    expect(daemon.stderr()).toContain(storage);
    expect(daemon.stderr()).toMatch(/it belongs to uid 0.*chown -R/);
  },
  2 * patienceMs,
);
