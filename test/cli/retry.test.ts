import { mkdirSync, writeFileSync, existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { retry } from "../../src/cli/retry.ts";
import { controlPath } from "../../src/supervisor/control/control-path.ts";
import {
  type ControlAnswers,
  openControlSocket,
} from "../../src/supervisor/control/control-socket.ts";
import { agentPath, agentEnv } from "../helpers/agent/agents.ts";
import { runInOwnProcess, bundle, firstLine } from "../helpers/agent/own-process.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

interface Place {
  readonly storage: string;
  readonly ask: () => Promise<{
    readonly code: number;
    readonly out: string;
    readonly err: string;
  }>;
  /** Stands for a supervisor that runs here. */
  readonly listen: (answers: ControlAnswers) => void;
}

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
    ask: async () => {
      const said = { out: "", err: "" };
      const code = await retry("supervisor.yaml", {
        environment: new Map(Object.entries(agentEnv)),
        workingDirectory: folder,
        packageDirectory: folder,
        version: "0",
        terminal: false,
        columns: 80,
        out: (text) => void (said.out += text),
        err: (text) => void (said.err += text),
      });
      return { code, ...said };
    },
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
