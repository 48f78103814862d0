// `node scripts/screenshots.js`: makes the pictures of the documentation anew, from the real thing: the development
// server, a supervisor, a collector and simulated agents on a network of their own. Needs unshare (util-linux), ip and a
// Chromium.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { findBrowser } from "./browser.js";
import { buildProgram, giveUp, root } from "./setup.js";

const program = join(root, "bin/opampsupervisor.cjs");
const page = "http://127.0.0.1:4321";
const images = join(root, "docs/images");

const settings = `server:
  endpoint: wss://127.0.0.1:4320/v1/opamp
  tls: { insecure_skip_verify: true }
capabilities:
  accepts_remote_config: true
  accepts_restart_command: true
  reports_own_logs: true
agent:
  executable: \${OTELCOL_COLLECTOR_BINARY}
  description:
    non_identifying_attributes: { deployment.environment.name: production }
storage:
  directory: ./storage
`;

const config = `receivers:
  hostmetrics:
    collection_interval: 5s
    scrapers: {cpu: , memory: }
exporters:
  debug: {verbosity: basic}
service:
  pipelines:
    metrics: {receivers: [hostmetrics], exporters: [debug]}
`;

if (process.argv[2] === "inside") await takePictures(process.argv[3]);
else await goInside();

/** Runs this script again where its ports are free, and the host has a name that may be shown. */
async function goInside() {
  await buildProgram();
  const collector = execFileSync(process.execPath, [program, "collector", "install"], {
    encoding: "utf8",
  }).trim();
  const inside = `ip link set lo up && hostname web-1 && exec "$0" "$1" inside "$2"`;
  const user = process.getuid() === 0 ? [] : ["--user", "--map-root-user"];
  const { status } = spawnSync(
    "unshare",
    [...user, "--net", "--uts", "sh", "-c", inside, process.execPath, process.argv[1], collector],
    { stdio: "inherit" },
  );
  process.exitCode = status ?? 1;
}

async function takePictures(collector) {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-screenshots-"));
  writeFileSync(join(folder, "supervisor.yaml"), settings);
  const start = (...args) => spawn(process.execPath, [program, ...args], { cwd: folder, ...quiet });
  const quiet = { env: { ...process.env, OTELCOL: collector }, stdio: "ignore" };
  const dev = start("dev", "--no-state", "--config", "supervisor.yaml");
  const others = ["--agents", "40", "--over", "1s", "--fail", "12%", "--unhealthy", "5%"];
  try {
    const uid = await agentWhere((agent) => agent.health?.healthy);
    await offer(uid);
    await agentWhere((agent) => agent.remoteConfigStatus?.status === "applied");
    const simulated = start("simulate", ...others, "--insecure", "--name", "edge");
    try {
      await until(async () => ((await ask("/api/fleet")).counts.total > 40 ? true : undefined));
      const rollout = await rollOut();
      mkdirSync(images, { recursive: true });
      await inBrowser(async (take) => {
        await take("#/", "Failing", "console.png");
        await take(`#/agents/${uid}`, "Latest configuration", "console-agent.png");
        await take(`#/agents/${uid}/configuration`, "No problems", "console-editor.png", "dark");
        await take(`#/agents/${uid}/logs`, "Everything is ready", "console-logs.png");
        await take(`#/rollouts/${rollout.id}`, "Progress", "console-rollout.png");
      });
    } finally {
      simulated.kill("SIGINT");
      await once(simulated, "exit");
    }
  } finally {
    dev.kill("SIGINT");
    await once(dev, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A rollout that stops by itself. */
async function rollOut() {
  const files = { "": config.replace("5s", "10s") };
  const body = { what: { files }, to: { query: "host=edge-*" }, settleSeconds: 0 };
  const begun = await post("/api/rollouts", { ...body, stages: [30, 60, 100] });
  return until(async () => {
    const rollout = await ask(`/api/rollouts/${begun.id}`);
    return rollout.state === "running" ? undefined : rollout;
  });
}

async function ask(path) {
  return (await fetch(`${page}${path}`)).json();
}

async function post(path, body) {
  const headers = { "content-type": "application/json" };
  const sent = { method: "POST", headers, body: JSON.stringify(body) };
  return (await fetch(`${page}${path}`, sent)).json();
}

/** The id of the first agent that is so, as soon as there is one. */
function agentWhere(isSo) {
  return until(async () => {
    const { agents } = await (await fetch(`${page}/api/agents`)).json();
    const agent = await (await fetch(`${page}/api/agents/${agents[0].uid}`)).json();
    return isSo(agent) ? agents[0].uid : undefined;
  });
}

function offer(uid) {
  return post(`/api/agents/${uid}/config`, { config });
}

/** Hands out what takes a picture of a view as soon as a text is on it. */
async function inBrowser(work) {
  const { path, why } = await findBrowser();
  if (path === undefined) giveUp(`There are no pictures without a browser: ${why}`);
  const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
  try {
    await work(async (hash, text, name, colorScheme = "light") => {
      const view = await browser.newPage({ viewport: { width: 1200, height: 780 }, colorScheme });
      await view.emulateMedia({ reducedMotion: "reduce", colorScheme });
      await view.goto(`${page}/${hash}`);
      await view.getByText(text).first().waitFor();
      await view.screenshot({ path: join(images, name) });
      await view.close();
      process.stdout.write(`docs/images/${name}\n`);
    });
  } finally {
    await browser.close();
  }
}

/** Asks again and again, until there is an answer. */
async function until(question) {
  for (let tries = 0; tries < 300; tries++) {
    // Whoever is asked may not be up yet.
    const answer = await question().catch(() => undefined);
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`what was to be shown did not come within 30 seconds: ${question}`);
}
