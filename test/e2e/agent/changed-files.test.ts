import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nopPart } from "../../helpers/agent/agent-configs.ts";
import { collectorsOf, lives } from "../../helpers/agent/processes.ts";
import { eventually, patienceMs, pidsOf } from "../../helpers/e2e/daemon.ts";
import { runningScene, type Running } from "../../helpers/e2e/scene.ts";
import { remoteConfig } from "../../helpers/e2e/settings-text.ts";

const capabilities = [...remoteConfig, "accepts_restart_command"];

/** What is done to the files of a supervisor that runs. */
const harms: Readonly<Record<string, (storage: string) => void>> = {
  "the file in force is edited": (storage) =>
    writeFileSync(`${storage}/effective.yaml`, "receivers: {by: hand}\n"),
  "the file in force is removed": (storage) => rmSync(`${storage}/effective.yaml`),
  "the file in force is a pipe": (storage) => pipeAt(`${storage}/effective.yaml`),
  "the generations are removed": (storage) => rmSync(`${storage}/generations`, { recursive: true }),
  "the journal is damaged": (storage) => writeFileSync(`${storage}/journal.json`, "{"),
  "the journal is a directory": (storage) => {
    rmSync(`${storage}/journal.json`);
    mkdirSync(`${storage}/journal.json/deep`, { recursive: true });
  },
  "the storage directory is removed": (storage) =>
    // The supervisor may write into it meanwhile.
    rmSync(storage, { recursive: true, maxRetries: 5 }),
  "the storage directory is renamed": (storage) => renameSync(storage, `${storage}-away`),
  "the log is a pipe": (storage) => pipeAt(`${storage}/agent.log`),
  "the log is a directory": (storage) => {
    rmSync(`${storage}/agent.log`);
    mkdirSync(`${storage}/agent.log`);
  },
  "the log leads to a full device": (storage) => {
    rmSync(`${storage}/agent.log`);
    symlinkSync("/dev/full", `${storage}/agent.log`);
  },
};

function pipeAt(path: string): void {
  rmSync(path, { force: true, recursive: true });
  execFileSync("mkfifo", [path]);
}

async function expectSound(scene: Running, text: string): Promise<void> {
  const { server, folder, path, read } = scene;
  await server.agent((seen) => seen.up === "true" && seen.status === "running");
  await eventually(() => {
    const effective = path("storage/effective.yaml");
    const isFile = lstatSync(effective, { throwIfNoEntry: false })?.isFile() === true;
    return isFile && readFileSync(effective, "utf8") === text && existsSync(path("storage/lock"));
  });
  await eventually(() => {
    try {
      return scene.keepsGood();
    } catch {
      // The harmed one is still there.
      return false;
    }
  });
  await eventually(
    () => existsSync(path("storage/control.sock")) && existsSync(path("storage/agent.json")),
  );
  expect((lstatSync(path("storage")).mode & 0o777).toString(8)).toBe("700");
  expect(read("storage/agent.json")).toContain(String(pidsOf(scene.daemon).at(-1)));
  expect(collectorsOf(folder).filter(lives)).toEqual([pidsOf(scene.daemon).at(-1)]);
}

test(
  "whatever is done to its files, one agent runs what is reported, and the files are as before",
  async () => {
    const scene = await runningScene({ capabilities });
    const { server, daemon, uid } = scene;
    await eventually(() => scene.keepsGood());
    const text = scene.effective();
    const drawn = fc.sample(
      fc.shuffledSubarray(Object.keys(harms), { minLength: 3, maxLength: 3 }),
      1,
    );
    for (const name of [...(drawn[0] ?? []), "the storage directory is removed"]) {
      rmSync(scene.path("storage-away"), { recursive: true, force: true });
      if (
        lstatSync(scene.path("storage/agent.log"), { throwIfNoEntry: false })?.isFile() !== true
      ) {
        rmSync(scene.path("storage/agent.log"), { recursive: true, force: true });
        writeFileSync(scene.path("storage/agent.log"), "");
      }
      harms[name]?.(scene.path("storage"));
      const pid = Number(pidsOf(daemon).at(-1));
      process.kill(pid, "SIGKILL");
      await daemon.waitForLog(
        (line) => line.msg === "agent is healthy" && pidsOf(daemon).at(-1) !== pid,
      );
      await expectSound(scene, text);
    }
    server.offerConfig(uid, nopPart("after"));
    const applied = await server.agent((seen) => seen.offer?.state === "applied");
    expect(applied.effectiveConfig[0]?.text).toBe(scene.effective());
  },
  6 * patienceMs,
);
