// `node scripts/screenshots.js`: makes the pictures of the documentation anew, from the real thing: the development
// server, a supervisor and a collector on a network of their own. Needs unshare (util-linux), ip and a Chromium.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { buildProgram, root } from "./setup.js";

const program = join(root, "bin/opampsupervisor.cjs");
const page = "http://127.0.0.1:4321";
const images = join(root, "docs/images");

const settings = `server:
  endpoint: wss://127.0.0.1:4320/v1/opamp
  tls: { insecure_skip_verify: true }
capabilities:
  accepts_remote_config: true
  accepts_restart_command: true
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
  const dev = spawn(process.execPath, [program, "dev", "--config", "supervisor.yaml"], {
    cwd: folder,
    env: { ...process.env, OTELCOL: collector },
    stdio: "ignore",
  });
  try {
    const uid = await agentWhere((agent) => agent.health?.healthy);
    await offer(uid);
    await agentWhere((agent) => agent.remoteConfigStatus?.status === "applied");
    mkdirSync(images, { recursive: true });
    await takePicture(folder, `${page}/#/agents/${uid}`, "Applied", "console.png");
  } finally {
    dev.kill("SIGINT");
    await once(dev, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The id of the first agent that is so, as soon as there is one. */
function agentWhere(isSo) {
  return until(async () => {
    const { agents } = await (await fetch(`${page}/api/agents`)).json();
    const agent = await (await fetch(`${page}/api/agents/${agents[0].uid}`)).json();
    return isSo(agent) ? agents[0].uid : undefined;
  });
}

async function offer(uid) {
  await fetch(`${page}/api/agents/${uid}/config`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ config }),
  });
}

/** Shows a page until a text is on it, and keeps what is seen. */
async function takePicture(folder, url, text, name) {
  const chromium = spawn(
    process.env.CHROMIUM ?? "chromium",
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
      ...[`--user-data-dir=${join(folder, "chromium")}`, "--window-size=1100,820"],
      ...["--remote-debugging-port=9222", url],
    ],
    { stdio: "ignore" },
  );
  chromium.on("error", ({ message }) => console.error(`${message} (CHROMIUM names another one)`));
  const ended = once(chromium, "exit");
  try {
    const browser = await connect();
    const shown = `document.body.innerText.includes(${JSON.stringify(text)})`;
    await until(async () => {
      const { result } = await browser.ask("Runtime.evaluate", { expression: shown });
      return result.value === true ? true : undefined;
    });
    const { data } = await browser.ask("Page.captureScreenshot", { format: "png" });
    writeFileSync(join(images, name), Buffer.from(data, "base64"));
    browser.close();
    process.stdout.write(`docs/images/${name}\n`);
  } finally {
    chromium.kill();
    await ended;
  }
}

/** The browser's own protocol: one question at a time. */
async function connect() {
  const target = await until(async () => {
    const targets = await (await fetch("http://127.0.0.1:9222/json")).json();
    return targets.find(({ type }) => type === "page");
  });
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, "open");
  const ask = async (method, params) => {
    socket.send(JSON.stringify({ id: 1, method, params }));
    const [answer] = await once(socket, "message");
    return JSON.parse(answer.toString()).result;
  };
  return { ask, close: () => socket.close() };
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
