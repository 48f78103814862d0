import { once } from "node:events";
import { statSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { type Socket, connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { onTestFinished, test, expect } from "vitest";
import { controlPath } from "../../../src/supervisor/control/control-path.ts";
import {
  type ControlAnswers,
  type ControlLimits,
  openControlSocket,
} from "../../../src/supervisor/control/control-socket.ts";
import { runInOwnProcess, bundle, firstLine } from "../../helpers/agent/own-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

interface Place {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly close: () => void;
}

function listening(
  answers: ControlAnswers,
  limits?: ControlLimits,
  folder: string = temporaryFolder(),
): Place {
  const warnings: string[] = [];
  const place = controlPath(folder);
  const close = openControlSocket(place, answers, (reason) => void warnings.push(reason), limits);
  onTestFinished(close);
  return { path: place.path, warnings, close };
}

async function ask(
  socketPath: string,
  method: string,
  path: string,
  body = "",
): Promise<{ readonly status: number | undefined; readonly answer: unknown }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path }, (response) => {
      text(response).then((answer) => {
        resolve({ status: response.statusCode, answer: JSON.parse(answer) as unknown });
      }, reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

function connected(path: string): Socket {
  const socket = connect(path);
  onTestFinished(() => void socket.destroy());
  return socket;
}

const limits: ControlLimits = { maxConnections: 2, maxHeaderBytes: 1024, idleMs: 30_000 };

test("a question gets its answer as JSON, however large it is", async () => {
  const large = { lines: "x".repeat(1024 * 1024) };
  let asked = 0;
  const { path, warnings } = listening(
    new Map<string, () => unknown>([
      ["POST /retry", () => ({ message: `asked ${(asked += 1)} times` })],
      ["GET /status", () => large],
    ]),
  );
  expect(await ask(path, "POST", "/retry")).toEqual({
    status: 200,
    answer: { message: "asked 1 times" },
  });
  expect((await ask(path, "GET", "/status")).answer).toEqual(large);
  expect(warnings).toEqual([]);
});

test("an unknown question does nothing and is answered with the known ones", async () => {
  const { path } = listening(new Map([["POST /retry", () => expect.fail("not asked")]]));
  const { status, answer } = await ask(path, "GET", "/retry");
  expect(status).toBe(404);
  expect(answer).toEqual({ message: "expected one of POST /retry, found GET /retry" });
});

test("only the owner may use the socket, from the moment at which it is there", () => {
  const usual = process.umask(0);
  onTestFinished(() => void process.umask(usual));
  const { path } = listening(new Map());
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(process.umask(0)).toBe(0);
});

test("a socket of a supervisor that was killed is replaced", async () => {
  const folder = temporaryFolder();
  const killed = runInOwnProcess(
    bundle(`
      import { controlPath } from "./src/supervisor/control/control-path.ts";
      import { openControlSocket } from "./src/supervisor/control/control-socket.ts";
      openControlSocket(controlPath(process.argv[2]), new Map(), console.log);
      console.log("listens");
    `),
    folder,
  );
  expect(await firstLine(killed)).toBe("listens");
  killed.kill("SIGKILL");
  await once(killed, "exit");
  expect(existsSync(join(folder, "control.sock"))).toBe(true);
  const { path } = listening(new Map([["GET /", () => "new"]]), limits, folder);
  expect((await ask(path, "GET", "/")).answer).toBe("new");
});

test("the end takes the file away, and a connection in the middle of a question", async () => {
  const { path, close } = listening(new Map([["GET /", () => "yes"]]), limits);
  const socket = connected(path);
  socket.on("error", () => undefined);
  socket.write("GET / HTTP/1.1\r\nHost:");
  // Accepted by then: the system keeps the order.
  await ask(path, "GET", "/");
  const closed = once(socket, "close");
  close();
  await closed;
  expect(existsSync(path)).toBe(false);
});

test("a request with a header beyond the limit is refused", async () => {
  const { path } = listening(new Map([["GET /", () => expect.fail("not asked")]]), limits);
  const socket = connected(path);
  socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(2048)}\r\n\r\n`);
  expect(await text(socket)).toMatch(/^HTTP\/1.1 431 /);
});

test("a body is not waited for, and the connection is closed behind the answer", async () => {
  const { path } = listening(new Map([["POST /retry", () => "done"]]), limits);
  const socket = connected(path);
  socket.write("POST /retry HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
  expect(await text(socket)).toMatch(/^HTTP\/1.1 200 [^]*"done"/);
});

test("a connection on which nothing comes is closed", async () => {
  const { path } = listening(new Map(), { ...limits, idleMs: 20 });
  expect(await text(connected(path))).toBe("");
});

test("more connections than there may be at once are turned away, and do not stay", async () => {
  const { path } = listening(new Map([["GET /", () => "yes"]]), limits);
  const held = [connected(path), connected(path)];
  // Accepted in the order in which they came.
  expect(await text(connected(path))).toBe("");
  for (const socket of held) socket.destroy();
  await until(() =>
    ask(path, "GET", "/").then(
      () => true,
      () => undefined,
    ),
  );
  expect((await ask(path, "GET", "/")).answer).toBe("yes");
});

test("a path that is too long for a socket is a warning that says what to do, and nothing else", () => {
  const folder = join(temporaryFolder(), "x".repeat(100));
  mkdirSync(folder);
  const { warnings, close } = listening(new Map(), limits, folder);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("bytes for the control socket");
  expect(warnings[0]).toContain("set storage.directory to a shorter one");
  close();
});

test("a path at the limit is used as it is", async () => {
  const base = temporaryFolder();
  const room = (process.platform === "linux" ? 107 : 103) - `${base}//control.sock`.length;
  const folder = join(base, "x".repeat(room));
  mkdirSync(folder);
  const { path, warnings } = listening(new Map([["GET /", () => "yes"]]), limits, folder);
  expect((await ask(path, "GET", "/")).answer).toBe("yes");
  expect(warnings).toEqual([]);
});

test("what stands in the way of the socket is a warning, at once or later", async () => {
  const blocked = temporaryFolder();
  mkdirSync(join(blocked, "control.sock"));
  writeFileSync(join(blocked, "control.sock", "content"), "");
  const here = listening(new Map(), limits, blocked);
  expect(here.warnings).toHaveLength(1);
  const gone = listening(new Map(), limits, join(blocked, "missing"));
  await until(() => gone.warnings.length > 0);
  expect(gone.warnings[0]).toContain(gone.path);
});
