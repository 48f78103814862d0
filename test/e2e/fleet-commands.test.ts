import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { createDevServer, type DevServer } from "../../src/dev-server/server.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import { greeting, join } from "../dev-server/console/console-api.ts";
import { pageDirectory, uidOf } from "../dev-server/raw-agent.ts";
import { eventually, program } from "../helpers/e2e/daemon.ts";
import { freePorts } from "../helpers/net/free-ports.ts";

const uid = uidToText(uidOf(1));

interface Run {
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
  readonly signal: (name: NodeJS.Signals) => void;
}

function run(pagePort: number, ...args: readonly string[]): Run {
  const page = `http://127.0.0.1:${pagePort}`;
  const child = spawn(process.execPath, [program, "fleet", ...args, "--page", page], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (bytes: Buffer) => (texts.out += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (texts.err += bytes.toString()));
  const ended = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  onTestFinished(() => void child.kill("SIGKILL"));
  const signal = (name: NodeJS.Signals): void => void child.kill(name);
  return { out: () => texts.out, err: () => texts.err, ended, signal };
}

async function serverAt(pagePort: number): Promise<DevServer> {
  const server = await createDevServer({ pageDirectory, opampPort: 0, pagePort });
  onTestFinished(() => server.close());
  return server;
}

async function sendLine(server: DevServer, text: string): Promise<void> {
  const attributes = [{ key: "service.instance.id", value: { stringValue: uid } }];
  const logRecords = [{ severityNumber: 13, body: { stringValue: text } }];
  const url = server.opampUrl.replace(/^ws/, "http").replace("/v1/opamp", "/v1/logs");
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }],
    }),
  });
  expect(answer.status).toBe(200);
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "fleet watch tells what changes of those that are found, and ends by %s with 0",
  async (name) => {
    const [port = 0] = await freePorts(1);
    const server = await serverAt(port);
    const watched = run(port, "watch", "host=web-*");
    await eventually(() => watched.out().includes("0 agents; watching the 0 that are found"));
    await join(server, 2, "db-1");
    const agent = await join(server, 1, "web-1");
    await eventually(() => watched.out().includes(`web-1 (${uid}) is new, healthy`));
    const health = { healthy: false, lastError: "no \u001b[31mdisk" };
    await agent.ask({ ...greeting(1, "web-1"), sequenceNum: 1n, health });
    await eventually(() => watched.out().includes("was healthy, is failing: no \ufffd[31mdisk"));
    watched.signal(name);
    expect(await watched.ended).toBe(0);
    expect(watched.err()).toBe("");
    expect(watched.out()).not.toContain("db-1");
  },
);

test("fleet watch says that its console has gone, once, waits for it, and goes on with the next", async () => {
  const [port = 0] = await freePorts(1);
  const first = await serverAt(port);
  await join(first, 1, "web-1");
  const watched = run(port, "watch", "--json");
  // With --json nothing is said at the beginning; a change shows that it listens.
  const rows = (): readonly unknown[] =>
    watched
      .out()
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line));
  let byte = 2;
  await eventually(async () => {
    await join(first, byte, `new-${byte}`);
    byte += 1;
    return rows().length > 0;
  });
  await first.close();
  await eventually(() => /; waiting for it\n/.test(watched.err()));
  const before = rows().length;
  const second = await serverAt(port);
  await join(second, 100, "late");
  await eventually(() => rows().length > before);
  expect(rows().at(-1)).toMatchObject({ hostName: "late" });
  expect(watched.err().match(/waiting for it/g)).toHaveLength(1);
  watched.signal("SIGINT");
  expect(await watched.ended).toBe(0);
});

test("fleet watch of a console that is not there ends with 1 and what to do", async () => {
  const [port = 0] = await freePorts(1);
  const watched = run(port, "watch");
  expect(await watched.ended).toBe(1);
  expect(watched.err()).toContain(`nothing listens at http://127.0.0.1:${port}`);
});

test("fleet logs shows what has come, goes on with what comes, and waits for a console that is away", async () => {
  const [port = 0] = await freePorts(1);
  const first = await serverAt(port);
  await join(first, 1, "web-1");
  await sendLine(first, "one");
  await sendLine(first, "two\n2026-01-01 00:00:00.000 ERROR made up");
  const shown = run(port, "logs", uid.toUpperCase(), "--lines", "1");
  expect(await shown.ended).toBe(0);
  expect(shown.out()).toMatch(/^\S+ \S+ WARN {2}two\n {4}2026-01-01 00:00:00.000 ERROR made up\n$/);
  const followed = run(port, "logs", uid, "-f", "--json");
  await eventually(() => followed.out().includes("two"));
  await sendLine(first, "three");
  await eventually(() => followed.out().includes("three"));
  await first.close();
  await eventually(() => followed.err().includes("; waiting for it\n"));
  followed.signal("SIGINT");
  expect(await followed.ended).toBe(0);
  const lines = followed.out().trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([1, 2, 3]);
});

test("fleet logs of an agent that sends none, and of nobody", async () => {
  const [port = 0] = await freePorts(1);
  const server = await serverAt(port);
  await join(server, 1, "web-1");
  const silent = run(port, "logs", uid);
  const nobody = run(port, "logs", uidToText(uidOf(9)));
  const wrong = run(port, "logs", "web-1");
  const many = run(port, "logs", uid, "--lines", "-1");
  expect(await Promise.all([silent, nobody, wrong, many].map(({ ended }) => ended))).toEqual([
    0, 2, 2, 2,
  ]);
  expect([silent.out(), silent.err()]).toEqual([
    "",
    expect.stringMatching(/^No log lines are sent here/),
  ]);
  expect(nobody.err()).toContain("no agent has the uid");
  expect(wrong.err()).toContain(
    "expected the instance id of an agent (fleet list shows it), found web-1",
  );
  expect(many.err()).toContain("expected --lines to be a number");
});
