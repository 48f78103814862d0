import { existsSync, rmSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { type Commands, createCommands } from "../../src/supervisor/commands.ts";
import type { Fact } from "../../src/supervisor/core/state/event.ts";
import { initialState } from "../../src/supervisor/core/state/state.ts";
import { uid } from "../helpers/core/core-samples.ts";
import { keptLog } from "../helpers/log-lines.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

interface Rig {
  readonly commands: Commands;
  readonly path: string;
  readonly facts: readonly Fact[];
}

const nobodyAsks = (): never => {
  throw new Error("no answer here needs the settings");
};

function rig(directory = temporaryFolder(), broken = false): Rig {
  const facts: Fact[] = [];
  const loop = {
    state: () => initialState(uid),
    post: (fact: Fact): void => {
      if (broken) throw new Error("out of order");
      facts.push(fact);
    },
  };
  const commands = createCommands(directory, loop, nobodyAsks, "0", keptLog().log);
  onTestFinished(commands.close);
  return { commands, path: join(directory, "control.sock"), facts };
}

function ask(socketPath: string, path = "/retry"): Promise<readonly [number, string]> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method: "POST", path }, (response) => {
      text(response).then((words) => resolve([response.statusCode ?? 0, words]), reject);
    });
    asked.on("error", reject);
    asked.end();
  });
}

test("a retry that is asked for becomes a fact, and is answered in words", async () => {
  const { commands, path, facts } = rig();
  expect(existsSync(path)).toBe(false);
  commands.listen();
  const [status, words] = await ask(path);
  expect(status).toBe(200);
  expect(JSON.parse(words)).toHaveProperty("message");
  expect(facts).toEqual([{ on: "retry-asked" }]);
  commands.close();
  await expect(ask(path)).rejects.toThrow(/ENOENT|ECONNREFUSED/);
});

test("a socket that somebody has removed is made again, one that is there is left alone", async () => {
  const { commands, path } = rig();
  commands.look();
  expect(existsSync(path), "nobody is listened to before that is wanted").toBe(false);
  commands.listen();
  commands.look();
  expect((await ask(path))[0]).toBe(200);
  rmSync(path);
  commands.look();
  expect((await ask(path))[0]).toBe(200);
  commands.close();
  commands.look();
  expect(existsSync(path)).toBe(false);
});

test("a fault in an answer is for whoever asked, and the next one is answered too", async () => {
  const { commands, path } = rig(undefined, true);
  commands.listen();
  for (let time = 0; time < 3; time += 1) {
    const [status, words] = await ask(path);
    expect([status, words.includes("out of order")]).toEqual([500, true]);
  }
  expect((await ask(path, "/other"))[0]).toBe(404);
});

test("where no socket can be made there is none, and nothing is thrown", () => {
  const { commands } = rig(join(temporaryFolder(), "missing"));
  commands.listen();
  commands.look();
  commands.close();
});
