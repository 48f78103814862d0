import { execFile } from "node:child_process";
import { writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { agentPath } from "../helpers/agents.ts";
import {
  program,
  type Daemon,
  scratchFolder,
  startDaemon,
  patienceMs,
  eventually,
} from "../helpers/daemon.ts";
import { startServer } from "../helpers/dev-world.ts";

const local = `receivers:
  nop:
exporters:
  nop:
service:
  pipelines:
    traces: {receivers: [nop], exporters: [nop]}
`;

/** With this the agent ends at once while the file is missing. */
const needing = (path: string): string => `receivers:\n  nop:\n    needs: ${path}\n`;

function settingsFor(endpoint: string): string {
  return `server:
  endpoint: ${endpoint}
capabilities:
  accepts_remote_config: true
  reports_remote_config: true
agent:
  executable: ${agentPath("needs-a-file")}
  config_files: [local.yaml]
  reload: restart
storage:
  directory: ./storage
`;
}

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command as it is shipped, where its supervisor.yaml lies. */
function retry(folder: string): Promise<Said> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, "retry", "--config=./supervisor.yaml"],
      { cwd: folder },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** The command when it is sure to be heard: the socket is there a moment after the agent's start. */
async function heardRetry(folder: string): Promise<Said> {
  for (;;) {
    const said = await retry(folder);
    if (said.code !== 1) return said;
  }
}

const starts = ({ lines }: Daemon): number =>
  lines.filter((line) => line.msg === "agent process started").length;

test(
  "what failed is tried again by retry, applied when its cause is gone, and a healthy agent stays as it is",
  async () => {
    const server = await startServer();
    const folder = scratchFolder();
    const missing = join(folder, "missing");
    writeFileSync(join(folder, "local.yaml"), local);
    const daemon = startDaemon(folder, settingsFor(server.opampUrl));
    const { uid } = await server.agent((agent) => agent.up === "true");
    server.offerConfig(uid, needing(missing));
    await server.agent((agent) => agent.remoteConfigStatus?.status === "failed");

    const again = await heardRetry(folder);
    expect(again).toMatchObject({ code: 0, err: "" });
    expect(again.out).toMatch(
      /^remote configuration [0-9a-f]+ had failed and is being tried again/,
    );
    await daemon.waitForLog("retry asked by an operator");
    await daemon.waitForLog(
      (line) =>
        line.msg === "remote config failed" &&
        daemon.lines.filter(({ msg }) => msg === line.msg).length > 1,
    );

    writeFileSync(missing, "");
    expect((await retry(folder)).code).toBe(0);
    const applied = await server.agent((agent) => agent.remoteConfigStatus?.status === "applied");
    expect(applied.effectiveConfig[0]?.text).toContain(missing);

    const before = starts(daemon);
    expect(await retry(folder)).toEqual({
      code: 0,
      out: "nothing to retry: no configuration has failed, and the agent does not wait for a start\n",
      err: "",
    });
    expect(starts(daemon)).toBe(before);
  },
  4 * patienceMs,
);

test(
  "an agent that waits after its crashes is started at once by retry, also by a supervisor after a killed one",
  async () => {
    const folder = scratchFolder();
    const missing = join(folder, "missing");
    writeFileSync(
      join(folder, "local.yaml"),
      `${local}extensions:\n  nop:\n    needs: ${missing}\n`,
    );
    const settings = settingsFor("ws://127.0.0.1:1/v1/opamp");
    const killed = startDaemon(folder, settings);
    await killed.waitForLog((line) => Number(line["restartInMs"]) > 0);
    expect((await heardRetry(folder)).code).toBe(0);
    killed.signal("SIGKILL");
    await killed.ended;
    expect(existsSync(join(folder, "storage/control.sock"))).toBe(true);
    expect((await retry(folder)).err).toContain("found the socket of one that was killed");

    const daemon = startDaemon(folder, settings);
    // Most of its time the agent waits, but not at every moment.
    await eventually(async () => {
      return (await retry(folder)).out === "the agent is started without further waiting\n";
    });
    writeFileSync(missing, "");
    await retry(folder);
    await daemon.waitForLog("agent is healthy");

    daemon.signal("SIGTERM");
    expect(await daemon.ended).toBe(0);
    expect(existsSync(join(folder, "storage/control.sock"))).toBe(false);
    const { code, err } = await retry(folder);
    expect(code).toBe(1);
    expect(err).toContain(`expected a running supervisor at ${folder}/storage/control.sock`);
  },
  4 * patienceMs,
);
