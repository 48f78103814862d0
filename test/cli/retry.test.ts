import { mkdirSync, writeFileSync, existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type RetryOptions, retry, retryOutcome } from "../../src/cli/status/retry-command.ts";
import { controlPath } from "../../src/supervisor/control/control-path.ts";
import {
  type ControlAnswers,
  openControlSocket,
} from "../../src/supervisor/control/control-socket.ts";
import { agentPath, agentEnv } from "../helpers/agent/agents.ts";
import { runInOwnProcess, bundle, firstLine } from "../helpers/agent/own-process.ts";
import { quarantinedWorld, retry as retryOf, runningWorld } from "../helpers/core/running-world.ts";
import { statusOf } from "../helpers/core/status.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { heard } from "../helpers/cli/heard.ts";

interface Place {
  readonly storage: string;
  readonly ask: (options?: RetryOptions) => Promise<{
    readonly code: number;
    readonly out: string;
    readonly err: string;
  }>;
  /** Stands for a supervisor that runs here. */
  readonly listen: (answers: ControlAnswers) => void;
}

const asked: RetryOptions = { config: "supervisor.yaml", wait: false, timeout: "120" };

function place(directory = "storage"): Place {
  const folder = temporaryFolder();
  const storage = join(folder, directory);
  mkdirSync(storage, { recursive: true });
  writeFileSync(
    join(folder, "supervisor.yaml"),
    `server: {endpoint: "ws://127.0.0.1:1"}
storage: {directory: ${directory}}
agent: {executable: ${agentPath("healthy")}}
`,
  );
  return {
    storage,
    listen: (answers) => {
      const close = openControlSocket(controlPath(storage), answers, (reason) =>
        expect.fail(reason),
      );
      onTestFinished(close);
    },
    ask: (options = asked) => heard(folder, agentEnv, (said) => retry(options, said)),
  };
}

test("what the supervisor answers is printed as it is", async () => {
  const { ask, listen } = place();
  listen(new Map([["POST /retry", () => ({ message: "nothing to retry" })]]));
  expect(await ask()).toEqual({ code: 0, out: "nothing to retry\n", err: "" });
});

test("without a supervisor the error names the socket and what to do, and nothing is made", async () => {
  const { ask, storage } = place();
  await expect(ask()).rejects.toMatchObject({
    code: "not-running",
    message: expect.stringContaining(
      `expected a running supervisor at ${storage}/control.sock, found no such socket; start one`,
    ) as unknown,
  });
  expect(existsSync(join(storage, "control.sock"))).toBe(false);
});

test("the socket of a supervisor that was killed is told from one that was never there", async () => {
  const { ask, storage } = place();
  const killed = runInOwnProcess(
    bundle(`
      import { createServer } from "node:net";
      createServer().listen(process.argv[2], () => console.log("listens"));
    `),
    join(storage, "control.sock"),
  );
  expect(await firstLine(killed)).toBe("listens");
  const ended = new Promise((resolve) => killed.once("exit", resolve));
  killed.kill("SIGKILL");
  await ended;
  await expect(ask()).rejects.toThrow("the socket of one that was killed; start it again");
});

test("a supervisor that does not know the command is told from one that does not run", async () => {
  const { ask, listen } = place();
  listen(new Map([["GET /other", () => "other"]]));
  await expect(ask()).rejects.toThrow("answers 404; it may be of another version: restart it");
});

test("something else that listens there is an error in words", async () => {
  const { ask, storage } = place();
  const stranger = createServer((_, response) => response.end("hello"));
  stranger.listen(join(storage, "control.sock"));
  onTestFinished(() => void stranger.close());
  await expect(ask()).rejects.toMatchObject({ code: "not-running" });
});

test("a storage directory too long for a socket is said before anything is looked for", async () => {
  const { ask } = place("x".repeat(110));
  await expect(ask()).rejects.toThrow("set storage.directory to a shorter one");
});

test("settings that cannot be used end with code 2 and their mistakes", async () => {
  const { ask, storage } = place();
  writeFileSync(join(storage, "../supervisor.yaml"), "agent: {executable: 1\n");
  const { code, out, err } = await ask();
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain("supervisor.yaml");
});

test("a time limit that is none is refused before anything is asked", async () => {
  const { ask } = place();
  for (const timeout of ["soon", "0", "-1", "", "1e99"]) {
    const { code, err } = await ask({ ...asked, wait: true, timeout });
    expect([code, err]).toEqual([2, expect.stringContaining("expected --timeout")]);
  }
});

test("with --wait the verdict is awaited, and 3 says that it failed again", async () => {
  const { ask, listen } = place();
  const world = quarantinedWorld();
  world.behave.healthyAfterMs = () => 40;
  listen(
    new Map<string, () => unknown>([
      ["POST /retry", () => ({ message: retryOf(world) })],
      [
        "GET /status",
        () => {
          world.pass(100);
          return statusOf(world);
        },
      ],
    ]),
  );
  const failed = await ask({ ...asked, wait: true });
  expect(failed.code).toBe(3);
  expect(failed.out).toMatch(/is being tried again.*\nfailed: the agent exited/s);
  world.behave.diesAfterMs = () => Infinity;
  const applied = await ask({ ...asked, wait: true });
  expect([applied.code, applied.err]).toEqual([0, ""]);
  expect(applied.out).toContain("applied; the agent is healthy\n");
});

test("a supervisor that ends meanwhile, and a verdict that does not come, are told apart from a failure", async () => {
  const { ask, listen } = place();
  const world = quarantinedWorld();
  const endings = { asked: 0 };
  const trying = {
    ...statusOf(world),
    offers: [{ ...statusOf(world).offers[0], verdict: "applying" }],
  };
  listen(
    new Map<string, () => unknown>([
      ["POST /retry", () => ({ message: "tried" })],
      [
        "GET /status",
        () => {
          endings.asked += 1;
          return trying;
        },
      ],
    ]),
  );
  const late = await ask({ ...asked, wait: true, timeout: "0.3" });
  expect([late.code, late.err]).toEqual([1, expect.stringContaining("no verdict within 0.3 s")]);
  expect(endings.asked).toBeGreaterThan(1);
});

test("an agent that was to be started once more and ended again is a failure, one that gets up is none", () => {
  const world = runningWorld();
  for (let ends = 0; ends < 4; ends += 1) {
    world.pass(30_000);
    world.crash();
  }
  const before = statusOf(world);
  expect(before.health.word).toBe("failing");
  expect(retryOutcome(before, before), "not started yet").toBeUndefined();
  retryOf(world);
  expect(retryOutcome(before, statusOf(world))).toBeUndefined();
  world.pass(30);
  world.crash();
  world.pass(10);
  world.crash();
  expect(retryOutcome(before, statusOf(world))).toMatchObject({ good: false });
});
