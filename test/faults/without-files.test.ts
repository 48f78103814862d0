import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { bundle } from "../helpers/agent/own-process.ts";

const run = promisify(execFile);

/** What the parts of the supervisor do in a process that may open no more files; it prints what came of it as JSON. */
async function withoutFiles(imports: string, before: string, code: string): Promise<unknown> {
  const program = bundle(`
    import { closeSync, openSync } from "node:fs";
    ${imports}
    const files: number[] = [];
    const takeAll = (): void => {
      try {
        for (;;) files.push(openSync("/dev/null", "r"));
      } catch {}
    };
    const giveBack = (): void => { for (const file of files.splice(0)) closeSync(file); };
    const uncaught: string[] = [];
    process.on("uncaughtException", (error) => uncaught.push(String(error)));
    process.on("unhandledRejection", (error) => uncaught.push(String(error)));
    const main = async (): Promise<void> => {
      ${before}
      takeAll();
      const found = await (async () => { ${code} })();
      giveBack();
      console.log(JSON.stringify({ found, uncaught }));
      process.exit();
    };
    void main();
  `);
  const limited = ["-c", 'ulimit -n 64; exec "$@"', "sh", process.execPath, program];
  const { stdout } = await run("sh", limited);
  const { found, uncaught } = JSON.parse(stdout) as { found: unknown; uncaught: unknown };
  expect(uncaught).toEqual([]);
  return found;
}

test("a process that cannot be looked at counts as living as long as its pid does", async () => {
  const found = await withoutFiles(
    `import { spawn } from "node:child_process";
     import { once } from "node:events";
     import { identityOf, lives, livesSince } from "./src/processes/process-identity.ts";`,
    `const child = spawn("sleep", ["1000"], { stdio: "ignore" });
     const known = identityOf(child.pid ?? 0);`,
    `const during = [lives(known), livesSince(known.pid, known.startTime)];
     child.kill("SIGKILL");
     await once(child, "exit");
     takeAll();
     return [...during, lives(known), livesSince(known.pid, known.startTime)];`,
  );
  expect(found).toEqual([true, true, false, false]);
});

test("an agent that cannot be asked is not ill", async () => {
  const found = await withoutFiles(
    `import { createServer } from "node:http";
     import { once } from "node:events";
     import { probeHealth } from "./src/agent/ask/health-probe.ts";
     import { readMetrics } from "./src/agent/ask/read-metrics.ts";`,
    `const server = createServer((_, response) => response.end("{}")).listen(0, "127.0.0.1");
     await once(server, "listening");
     const { port } = server.address() as { port: number };`,
    `const asked = await Promise.all([
       probeHealth("http://127.0.0.1:" + port + "/", 10_000),
       probeHealth("http://localhost:" + port + "/", 10_000),
     ]);
     const { is } = await readMetrics("http://127.0.0.1:" + port + "/", 10_000);
     return [...asked.map((one) => one.is), is];`,
  );
  expect(found).toEqual(["unasked", "unasked", "unreadable"]);
});

test("a command that cannot be run is an outcome, in words and with the system's code", async () => {
  const found = await withoutFiles(
    `import { runCommand } from "./src/processes/run-command.ts";`,
    `await runCommand({ program: "true", args: [], env: {}, timeoutMs: 10_000 });`,
    `const { ok, timedOut, startCode, problem } = await runCommand({
       program: "true", args: [], env: {}, timeoutMs: 10_000, onOutput: () => undefined,
     });
     return { ok, timedOut, startCode, told: problem?.includes("EMFILE") };`,
  );
  expect(found).toEqual({ ok: false, timedOut: false, startCode: "EMFILE", told: true });
});

test("a page that is asked then is asked again later, and nothing waits for ever", async () => {
  const found = await withoutFiles(
    `import { connect } from "node:net";
     import { once } from "node:events";
     import { openHealthPage } from "./src/supervisor/health-page/health-page.ts";
     const lines: string[] = [];
     const say = (_: unknown, words: string): void => void lines.push(words);
     const log = { info: say, warn: say, error: say } as never;`,
    `const sources = {
       answer: () => ({ status: 200, text: "runs" }), metrics: () => [], version: "1", resource: new Map(),
     };
     const settings = { host: "127.0.0.1", port: 18_471, tls: undefined };
     openHealthPage(settings, sources, log);
     while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
     const socket = connect(18_471, "127.0.0.1");
     await once(socket, "connect");`,
    `const cpu = process.cpuUsage();
     await new Promise((resolve) => setTimeout(resolve, 500));
     const { user, system } = process.cpuUsage(cpu);
     giveBack();
     const answer = await fetch("http://127.0.0.1:18471/livez");
     return { spins: user + system > 400_000, status: answer.status };`,
  );
  expect(found).toEqual({ spins: false, status: 200 });
});
