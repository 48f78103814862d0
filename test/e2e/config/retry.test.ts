import { execFile } from "node:child_process";
import { writeFileSync, existsSync } from "node:fs";
import { test, expect } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import {
  program,
  type Daemon,
  eventually,
  kill,
  patienceMs,
  pidsOf,
} from "../../helpers/e2e/daemon.ts";
import { createHost, runningScene } from "../../helpers/e2e/scene.ts";
import { nobody } from "../../helpers/e2e/settings-text.ts";

/** With this the agent ends at once while the file is missing. */
const needing = (path: string): string => `receivers:\n  nop:\n    needs: ${path}\n`;

const parts = { executable: agentPath("needs-a-file"), agent: "  reload: restart\n" };

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

const starts = (daemon: Daemon): number => pidsOf(daemon).length;

test(
  "what failed is tried again by retry, applied when its cause is gone, and a healthy agent stays as it is",
  async () => {
    const { server, daemon, folder, path, uid } = await runningScene(parts);
    const missing = path("missing");
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
    const { folder, path, write, boot } = createHost(nobody, parts);
    const missing = path("missing");
    write("local.yaml", `${nopConfig()}extensions:\n  nop:\n    needs: ${missing}\n`);
    const killed = boot();
    await killed.waitForLog((line) => Number(line["restartInMs"]) > 0);
    expect((await heardRetry(folder)).code).toBe(0);
    await kill(killed);
    expect(existsSync(path("storage/control.sock"))).toBe(true);
    expect((await retry(folder)).err).toContain("found the socket of one that was killed");

    const daemon = boot();
    // Most of its time the agent waits, but not at every moment.
    await eventually(async () => {
      return (await retry(folder)).out === "the agent is started without further waiting\n";
    });
    writeFileSync(missing, "");
    await retry(folder);
    await daemon.waitForLog("agent is healthy");

    daemon.signal("SIGTERM");
    expect(await daemon.ended).toBe(0);
    expect(existsSync(path("storage/control.sock"))).toBe(false);
    const { code, err } = await retry(folder);
    expect(code).toBe(1);
    expect(err).toContain(`expected a running supervisor at ${folder}/storage/control.sock`);
  },
  4 * patienceMs,
);
