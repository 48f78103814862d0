import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import {
  program,
  collectorPath,
  scratchFolder,
  eventually,
  patienceMs,
} from "../helpers/e2e/daemon.ts";
import { freePorts, takenPort } from "../helpers/net/free-ports.ts";
import { textOrNothing } from "../../src/files/read-if-there.ts";
import { descendantsOf, lives } from "../helpers/agent/processes.ts";

interface Run {
  readonly pid: number;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
  readonly interrupt: () => void;
}

function runDev(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Run {
  const child = spawn(process.execPath, [program, "dev", ...args], {
    cwd: folder,
    env: { ...process.env, XDG_STATE_HOME: folder, OTELCOL: collectorPath(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (output += bytes.toString()));
  const ended = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  onTestFinished(async () => {
    child.kill("SIGINT");
    await ended;
  });
  const pid = child.pid ?? 0;
  return { pid, output: () => output, ended, interrupt: () => void child.kill("SIGINT") };
}

function supervisorYaml(folder: string, port: number): string {
  const path = join(folder, "supervisor.yaml");
  writeFileSync(
    path,
    `server:
  endpoint: wss://127.0.0.1:${port}/v1/opamp
  tls: {insecure_skip_verify: true}
agent:
  executable: \${OTELCOL_COLLECTOR_BINARY}
storage:
  directory: ./storage
`,
  );
  return path;
}

test(
  "one command runs server, supervisor and collector, and Ctrl-C leaves nothing",
  async () => {
    const folder = scratchFolder();
    const [port = 0] = await freePorts(1);
    const config = supervisorYaml(folder, port);
    const dev = runDev(folder, ["--config", config, "--port", `${port}`, "--page-port", "0"]);
    await eventually(() =>
      /agent is healthy[\s\S]*connected|connected[\s\S]*agent is healthy/.test(dev.output()),
    );
    expect(dev.output()).toContain("open this page  http://127.0.0.1:");
    const pids = [...dev.output().matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids.length).toBeGreaterThan(0);
    dev.interrupt();
    expect(await dev.ended).toBe(0);
    expect(pids.filter(lives)).toEqual([]);
  },
  4 * patienceMs,
);

test(
  "the console's token is seen neither by the supervisor nor by any process of the collector",
  async () => {
    const folder = scratchFolder();
    const [port = 0] = await freePorts(1);
    const config = supervisorYaml(folder, port);
    // What asks a collector for its version before it is chosen writes down what it was given.
    const asked = join(folder, "asked");
    const asking = `#!/bin/sh\nenv >> ${asked}\nexec ${collectorPath()} "$@"\n`;
    const script = join(folder, "otelcol");
    writeFileSync(script, asking, { mode: 0o755 });
    const token = "correct-horse-battery-staple";
    const dev = runDev(folder, ["--config", config, "--port", `${port}`, "--page-port", "0"], {
      OPAMPSUPERVISOR_CONSOLE_TOKEN: token,
      OTELCOL: script,
      KEPT_FOR_ALL: "yes",
    });
    await eventually(() =>
      /agent is healthy[\s\S]*connected|connected[\s\S]*agent is healthy/.test(dev.output()),
    );
    const page = /open this page +(\S+)/.exec(dev.output())?.[1];
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${page}api/fleet`, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: `Bearer ${token}` })).toBe(200);
    // What only asked something may have ended meanwhile: the supervisor and the collector go on.
    const environments = descendantsOf(dev.pid)
      .map((pid) => textOrNothing(`/proc/${pid}/environ`))
      .filter((text) => text !== "");
    expect(environments.length).toBeGreaterThanOrEqual(2);
    const seen = [...environments, readFileSync(asked, "utf8")];
    expect(seen.filter((text) => !text.includes("KEPT_FOR_ALL=yes"))).toEqual([]);
    expect(seen.filter((text) => text.includes(token))).toEqual([]);
  },
  4 * patienceMs,
);

test(
  "a port in use is one sentence and exit code 1",
  async () => {
    const folder = scratchFolder();
    const port = await takenPort();
    const config = supervisorYaml(folder, port);
    const dev = runDev(folder, ["--config", config, "--port", `${port}`, "--page-port", "0"]);
    expect(await dev.ended).toBe(1);
    const lines = dev.output().trim().split("\n");
    expect(lines).toHaveLength(1);
    const holder = `process ${process.pid} (`;
    expect(lines[0]).toContain(`expected port ${port} to be free, found ${holder}`);
    expect(lines[0]).toMatch(/give server\.endpoint in .*supervisor\.yaml port \d+$/);
  },
  patienceMs,
);

test(
  "with other ports the supervisor moves too, and two worlds stand side by side",
  async () => {
    const folder = scratchFolder();
    const ports = await freePorts(2);
    const worlds = ports.map((port) => runDev(folder, ["--port", `${port}`, "--page", "0"]));
    for (const world of worlds) {
      await eventually(() =>
        /agent is healthy[\s\S]*"connected"|"connected"[\s\S]*agent is healthy/.test(
          world.output(),
        ),
      );
    }
    for (const [index, world] of worlds.entries()) {
      expect(world.output()).toContain(
        `wss://127.0.0.1:${ports[index]}/v1/opamp","msg":"connected"`,
      );
      world.interrupt();
      expect(await world.ended).toBe(0);
    }
  },
  4 * patienceMs,
);

test(
  "a port in use is answered with a command that works",
  async () => {
    const folder = scratchFolder();
    const port = await takenPort();
    const dev = runDev(folder, ["--port", `${port}`, "--page", "0"], {
      npm_lifecycle_event: "start",
    });
    expect(await dev.ended).toBe(1);
    expect(dev.output()).toMatch(/Stop it, or type: npm start -- --port \d+ --page \d+\n$/);
  },
  patienceMs,
);

test.each(["0", "-1", "soon", "3651"])(
  "certificates for %s days are refused with what was expected, exit code 2",
  async (days) => {
    const folder = scratchFolder();
    const dev = runDev(folder, ["--certificate-days", days]);
    expect(await dev.ended).toBe(2);
    expect(dev.output()).toContain(
      `expected --certificate-days above 0 and up to 3650, found ${days}`,
    );
  },
  patienceMs,
);

test(
  "no collector to be had is said with every way that was tried, exit code 1",
  async () => {
    const folder = scratchFolder();
    const [port = 0] = await freePorts(1);
    const config = supervisorYaml(folder, port);
    const dev = runDev(folder, ["--config", config, "--port", `${port}`, "--page-port", "0"], {
      OTELCOL: "",
      PATH: "/nowhere",
      OPAMPSUPERVISOR_CACHE: join(folder, "cache"),
      OPAMPSUPERVISOR_RELEASES_URL: "http://127.0.0.1:1/releases",
    });
    expect(await dev.ended).toBe(1);
    expect(dev.output()).toContain("found no way that works");
    expect(dev.output()).toContain("PATH");
  },
  2 * patienceMs,
);

test(
  "where the page may be reached is said to dev as to dev-server",
  async () => {
    const folder = scratchFolder();
    const token = "correct-horse-battery-staple";
    writeFileSync(join(folder, "token"), token);
    const [port = 0] = await freePorts(1);
    const at = ["--port", `${port}`, "--page", "0", "--page-host", "127.0.0.1"];
    const wrong = runDev(folder, [...at, "--page-origin", "https://console.example/"]);
    expect(await wrong.ended).toBe(2);
    expect(wrong.output()).toContain("another spelling of https://console.example");
    const strange = runDev(folder, [...at, "--page-proxy", "proxy.example"]);
    expect(await strange.ended).toBe(2);
    expect(strange.output()).toContain("--page-proxy: expected an address or a network");
    const origins = ["https://console.example", "https://other.example"];
    const access = ["--page-token-file", "token", "--page-origin", ...origins];
    const proxies = ["--page-proxy", "127.0.0.1,10.0.0.0/8", "--page-proxy", "::1"];
    const dev = runDev(folder, [...at, ...access, ...proxies]);
    const page = (): string | undefined => /open this page +(\S+)/.exec(dev.output())?.[1];
    await eventually(() => page() !== undefined);
    const login = async (origin: string): Promise<number> => {
      const headers = { "content-type": "application/json", origin };
      const body = JSON.stringify({ token });
      const answer = await fetch(`${page()}api/login`, { method: "POST", headers, body });
      return answer.status;
    };
    expect(await Promise.all([...origins, "https://evil.example"].map(login))).toEqual([
      200, 200, 403,
    ]);
    const guess = async (from: string, given: string): Promise<number> => {
      const headers = { authorization: `Bearer ${given}`, "x-forwarded-for": from };
      return (await fetch(`${page()}api/fleet`, { headers })).status;
    };
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await guess(`192.0.2.${tries}, 198.51.100.7, 10.0.0.1`, "wrong")).toBe(401);
    }
    expect(await guess("198.51.100.7", token)).toBe(429);
    expect(await guess("198.51.100.8", token)).toBe(200);
  },
  patienceMs * 2,
);
