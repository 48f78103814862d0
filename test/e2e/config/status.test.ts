import { execFile } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StatusAnswer } from "../../../src/supervisor/core/report/status/status-answer.ts";
import { eventually, patienceMs, program } from "../../helpers/e2e/daemon.ts";
import { runningScene } from "../../helpers/e2e/scene.ts";

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command as it is shipped, where its supervisor.yaml lies. */
function run(folder: string, ...words: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], { cwd: folder }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

const config = "--config=./supervisor.yaml";
const own = "telemetry: {logs: {output_paths: [stdout, ./own.log]}}\n";
const bad = "exporters:\n  nosuch:\n    endpoint: somewhere\n";

/** The command blocks of a page: each line behind a `$`. */
function commandsIn(page: string): readonly (readonly string[])[] {
  const text = readFileSync(join(import.meta.dirname, "../../../docs", page), "utf8");
  return [...text.matchAll(/^\$ opampsupervisor (.*)$/gm)].map(([, line = ""]) => line.split(" "));
}

test(
  "a person sees what runs, what was refused and why, tries it again, and sees ends of the agent and of the server",
  async () => {
    const { server, daemon, folder, path, uid } = await runningScene({ more: own });
    const ask = async (): Promise<StatusAnswer> => {
      const { out } = await run(folder, "status", "--json", config);
      return JSON.parse(out) as StatusAnswer;
    };
    await eventually(async () => (await run(folder, "status", config)).code === 0);
    const healthy = await run(folder, "status", config);
    expect(healthy.out).toMatch(/^Healthy {2}\S+ \d/);
    expect(healthy.out).toMatch(/^Server +connected to ws:\/\/127.0.0.1:\d+\/v1\/opamp/m);
    expect(healthy.out.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(healthy.out).not.toContain("\u001b");

    server.offerConfig(uid, bad);
    await server.agent((agent) => agent.remoteConfigStatus?.status === "failed");
    const refused = await run(folder, "status", config);
    expect(refused).toMatchObject({ code: 0, err: "" });
    expect(refused.out).toContain("failed");
    expect(refused.out).toContain("nosuch");
    const [offer] = (await ask()).offers;
    expect(offer).toMatchObject({ verdict: "failed", refusedByPolicy: false });

    const [kept = ""] = readdirSync(path("storage/refused"));
    expect(kept).toBe(`${offer?.hash}.yaml`);
    expect(statSync(path(`storage/refused/${kept}`)).mode & 0o777).toBe(0o600);
    const shown = await run(folder, "explain", "--refused", config);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain(`offer ${offer?.hash} failed at `);
    expect(shown.out).toContain("+ exporters.nosuch.endpoint: somewhere  # remote configuration:3");
    const told = await run(folder, "explain", config);
    expect(told.err).toContain(`a newer offer ${offer?.hash} failed: `);
    const again = await run(folder, "retry", "--wait", config);
    expect(again.code).toBe(3);
    expect(again.out).toMatch(/failed: the collector refuses this configuration/);
    for (const words of commandsIn("status.md")) {
      const { code, err } = await run(folder, ...words);
      expect([words.join(" "), code, err]).toEqual([words.join(" "), code === 3 ? 3 : 0, ""]);
    }

    const { pid } = (await ask()).agent;
    process.kill(pid ?? 0, "SIGKILL");
    await eventually(async () => (await ask()).agent.restarts.count === 1);
    await eventually(async () => (await run(folder, "status", config)).code === 0);
    const { restarts, lastGap } = (await ask()).agent;
    expect(restarts).toMatchObject({ afterCrash: 1, last: { planned: false } });
    expect(restarts.last?.why).toContain("SIGKILL");
    expect(lastGap?.why).toContain("SIGKILL");

    const logs = await run(folder, "logs", "--lines=1000", config);
    expect(logs).toMatchObject({ code: 0, err: "" });
    expect(logs.out).toMatch(/^\d{4}-\d\d-\d\d [\d:.]{12} INFO {2}agent {6}.*Everything is ready/m);
    expect(logs.out).toMatch(/^\d{4}-\d\d-\d\d [\d:.]{12} ERROR supervisor agent process ended/m);
    const times = logs.out.match(/^\d{4}-\d\d-\d\d [\d:.]{12}/gm) ?? [];
    expect(times.toSorted()).toEqual(times);

    await server.close();
    await eventually(async () => (await ask()).server.nextTryAt !== null);
    const gone = await run(folder, "status", config);
    expect(gone.code).toBe(0);
    expect(gone.out).toMatch(/^Server +not connected to ws/m);

    daemon.signal("SIGTERM");
    await daemon.ended;
    const none = await run(folder, "status", config);
    expect([none.code, none.out]).toEqual([1, ""]);
    expect(none.err).toContain("expected a running supervisor at");
  },
  6 * patienceMs,
);
