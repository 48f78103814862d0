import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import type { AgentView } from "../../src/dev-server/fleet/view.ts";
import { hasOpampExtension } from "../helpers/agent/collector-facts.ts";
import { collectorsOf } from "../helpers/agent/processes.ts";
import { patienceMs } from "../helpers/e2e/daemon.ts";
import { runningScene } from "../helpers/e2e/scene.ts";
import { freePorts } from "../helpers/net/free-ports.ts";

/** Any user who is not us. */
const stranger = 65_534;

/** What a shell of the other user says to a command: its exit code, 0 where it succeeded. */
function asStranger(command: string): number {
  try {
    execFileSync("sh", ["-c", command], { uid: stranger, gid: stranger, stdio: "ignore" });
    return 0;
  } catch (error) {
    return (error as { status: number | null }).status ?? -1;
  }
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
    join(folder, name),
  );
}

/** Only root may, and not in a user namespace that has no other user. */
const becomesStranger = spawnSync("true", { uid: stranger, gid: stranger }).status === 0;

test.skipIf(!becomesStranger)(
  "another user of the host can read nothing of ours, write nothing, signal nobody and command nothing",
  async () => {
    const { folder, path, pid, daemon } = await runningScene();
    // Only our own directories keep the other user out.
    chmodSync(folder, 0o755);
    const storage = path("storage");
    expect(asStranger(`test -d ${storage}`)).toBe(0);
    expect(asStranger(`ls ${storage}`)).not.toBe(0);
    const files = filesBelow(storage);
    expect(files.length).toBeGreaterThan(3);
    // As if somebody had opened the directory: each file is closed by itself.
    chmodSync(storage, 0o755);
    for (const file of files.filter((each) => statSync(each).isFile())) {
      expect(asStranger(`cat ${file}`), file).not.toBe(0);
      expect(asStranger(`echo x >> ${file}`), file).not.toBe(0);
    }
    const socket = path("storage/control.sock");
    const connect = `require("net").connect("${socket}").on("connect", () => process.exit(0)).on("error", () => process.exit(7))`;
    expect(asStranger(`${process.execPath} -e '${connect}'`)).toBe(7);
    for (const each of [pid, daemon.pid]) {
      expect(asStranger(`kill -HUP ${each}`)).not.toBe(0);
      for (const secret of ["environ", "mem", "maps", "auxv", "stack", "root/etc/passwd"])
        expect(asStranger(`cat /proc/${each}/${secret}`), secret).not.toBe(0);
      expect(asStranger(`ls /proc/${each}/fd/`)).not.toBe(0);
    }
  },
  2 * patienceMs,
);

/** A variable that a process runs with. */
function variableOf(pid: number, name: string): string {
  const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  return variables.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

/**
 * Opens 100 connections that say nothing, and then one after the other asks to become the agent; says "done" after the
 * last answer, and stays.
 */
const pretender = `
const [port, ...tokens] = process.argv.slice(1);
const net = require("node:net");
const crowd = () => { for (let i = 0; i < 100; i += 1) net.connect(port, "127.0.0.1").on("error", () => {}); };
crowd();
const ask = (token) => new Promise((resolve) => {
  const headers = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", ...(token === "" ? {} : { "x-opampsupervisor-token": token }) };
  const request = require("node:http").get({ host: "127.0.0.1", port, path: "/v1/opamp", headers });
  request.on("response", ({ statusCode }) => resolve(statusCode));
  request.on("upgrade", () => resolve("let in"));
  request.on("error", ({ code }) => resolve(code));
});
(async () => {
  for (const token of tokens) console.log(await ask(token));
  setInterval(crowd, 50);
  console.log("done");
})();`;

const hasBoth = becomesStranger && hasOpampExtension();

test.skipIf(!hasBoth)(
  "another user is never taken for the agent by the extension's endpoint, and keeps nobody from it",
  async () => {
    const { folder, pid, uid, server, daemon } = await runningScene({
      more: "telemetry: {logs: {level: debug}}\n",
    });
    const told = ({ health }: AgentView): boolean =>
      health?.components.some(({ name }) => name === "extensions") === true;
    await server.agent(told);
    const port = variableOf(pid, "OPAMPSUPERVISOR_LOCAL_PORT");
    const token = variableOf(pid, "OPAMPSUPERVISOR_LOCAL_SECRET");
    const [run = ""] = token.split(".");
    const guesses = ["", "none", `${run}.`, `${run}.${"A".repeat(43)}`, `${token}x`, uid];
    const child = spawn(process.execPath, ["-e", pretender, "--", port, ...guesses], {
      ...{ uid: stranger, gid: stranger, cwd: "/" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const answers: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === "done") break;
      answers.push(line);
    }
    expect(answers).toEqual(guesses.map(() => "401"));
    // The next process of the agent has to come through the crowd, and is believed at once.
    process.kill(pid, "SIGKILL");
    await server.agent((agent) => !told(agent) || agent.up !== "true");
    await server.agent((agent) => told(agent) && agent.up === "true");
    expect(collectorsOf(folder)).not.toContain(pid);
    const turned = daemon.lines.filter(({ msg }) => msg.startsWith("turned away"));
    expect(turned.filter(({ level }) => level === "warn")).toHaveLength(1);
    expect(JSON.stringify(turned)).not.toContain(token);
  },
  4 * patienceMs,
);

test(
  "a page for health tells everybody no secret, and each file of ours is for its owner only",
  async () => {
    const [page = 0] = await freePorts(1);
    const { path } = await runningScene({
      more: `healthcheck: {endpoint: "127.0.0.1:${page}"}\n`,
      agent: "  env: {A_SECRET: hunter.2}\n",
    });
    for (const file of filesBelow(path("storage")).filter((each) => statSync(each).isFile()))
      expect(statSync(file).mode & 0o077, file).toBe(0);
    // Nobody is told apart by a port: what we get is what another user gets.
    const health = await fetch(`http://127.0.0.1:${page}/`);
    expect(await health.text()).not.toMatch(/hunter|secret/);
  },
  2 * patienceMs,
);
