// `npm run bench:fleet`: what the console holds. Simulated agents connect, get a configuration, and meanwhile the console is
// asked what its page asks. `npm run bench:fleet -- 1000` is for that many agents.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { buildProgram, giveUp, installPackages } from "./setup.js";

const agents = Number(process.argv[2] ?? 5000);
const over = "30s";
const config = `receivers: {otlp: {protocols: {grpc: }}}
exporters: {debug: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}
`;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function start(args, env) {
  const child = spawn(process.execPath, ["bin/opampsupervisor.cjs", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  let output = "";
  child.stdout.on("data", (bytes) => (output += bytes));
  return { child, output: () => output };
}

/** Asks again and again until it is told to stop; gives back the times of the answers in ms. */
function askOften(url, everyMs) {
  const times = [];
  let over = false;
  let bytes = 0;
  const asking = (async () => {
    while (!over) {
      const from = performance.now();
      bytes = (await (await fetch(url)).text()).length;
      times.push(performance.now() - from);
      await pause(everyMs);
    }
  })();
  return async () => {
    over = true;
    await asking;
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share) => Math.round(sorted[Math.floor((sorted.length - 1) * share)]);
    return `median ${at(0.5)} ms, 95 % within ${at(0.95)} ms, at most ${at(1)} ms (${times.length} times, ${Math.round(bytes / 1000)} kB)`;
  };
}

function costOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)[1]);
  const [, ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const words = fields.join(") ").split(" ");
  return {
    rss: kilobytes("VmRSS"),
    most: kilobytes("VmHWM"),
    cpuSeconds: (Number(words[11]) + Number(words[12])) / 100,
  };
}

async function json(url, body) {
  const init = body && {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(url, init);
  const value = await response.json();
  if (!response.ok) giveUp(`${url} answered ${response.status}: ${JSON.stringify(value)}`);
  return value;
}

await installPackages();
await buildProgram();
const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-bench-"));
const [port, page] = [await freePort(), await freePort()];
const ports = ["--port", `${port}`, "--page", `${page}`];
const server = start(["dev-server", ...ports], { XDG_STATE_HOME: folder });
const api = `http://127.0.0.1:${page}/api`;
const beginBy = performance.now() + 60_000;
while (!(await fetch(`${api}/fleet`).catch(() => undefined))?.ok) {
  if (performance.now() > beginBy) giveUp(`The console did not start:\n${server.output()}`);
  await pause(100);
}
const before = costOf(server.child.pid);
const endpoint = `wss://127.0.0.1:${port}/v1/opamp`;
const fleet = start([
  ...["simulate", "--agents", `${agents}`, "--server", endpoint, "--insecure", "--over", over],
  ...["--fail", "1%", "--until", "applied", "--for", "10m", "--json"],
]);
const storm = [askOften(`${api}/fleet`, 250), askOften(`${api}/agents`, 2_000)];
for (;;) {
  const { counts } = await json(`${api}/fleet`);
  if (counts.total - counts.away >= agents || fleet.child.exitCode !== null) break;
  await pause(500);
}
const stormTimes = [await storm[0](), await storm[1]()];
const wave = [askOften(`${api}/fleet`, 250), askOften(`${api}/agents`, 2_000)];
await json(`${api}/rollouts`, {
  what: { files: { "": config } },
  to: { all: true },
  stages: [100],
  failuresAllowed: agents,
  settleSeconds: 0,
});
if (fleet.child.exitCode === null) await once(fleet.child, "exit");
const waveTimes = [await wave[0](), await wave[1]()];
const after = costOf(server.child.pid);
server.child.kill("SIGINT");
await once(server.child, "exit");
rmSync(folder, { recursive: true, force: true });
const figures = JSON.parse(fleet.output() || "{}");
const [first = {}] = figures.waves ?? [];
const seconds = (ms) => (ms === null || ms === undefined ? "never" : `${(ms / 1000).toFixed(1)} s`);
const rows = [
  ["agents", `${agents}, connecting over ${over} by wss`],
  ["all connected", seconds(figures.allConnectedMs)],
  [
    "a configuration to all",
    `${seconds(first.offeredToAppliedMs)} from the first offer to the last APPLIED`,
  ],
  ["outcome", `${first.applied} applied, ${first.failed} failed, ${figures.lost} connections lost`],
  [
    "console, memory",
    `${Math.round(after.rss / 1024)} MB, at most ${Math.round(after.most / 1024)} MB; ${Math.round((after.rss - before.rss) / agents)} kB for each agent`,
  ],
  ["console, CPU", `${(after.cpuSeconds - before.cpuSeconds).toFixed(1)} s`],
  [
    "simulated agents",
    `${Math.round(figures.bytesPerAgent / 1000)} kB of memory each, ${seconds(figures.cpuMs)} of CPU in all`,
  ],
  ["GET /api/fleet", `${stormTimes[0]} while they connect`],
  ["", `${waveTimes[0]} while they apply`],
  ["GET /api/agents", `${stormTimes[1]} while they connect`],
  ["", `${waveTimes[1]} while they apply`],
];
process.stdout.write(rows.map(([name, text]) => `${name.padEnd(24)}${text}\n`).join(""));
for (const [why, times] of Object.entries(figures.errors ?? {})) {
  process.stdout.write(`error                   ${times} x ${why}\n`);
}
process.exitCode = figures.reached === true ? 0 : 1;
