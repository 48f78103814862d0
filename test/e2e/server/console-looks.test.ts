import { expect, test } from "vitest";
import type { DevServer } from "../../../src/dev-server/server.ts";
import type { AgentLayers } from "../../../src/dev-server/shapes/layer-shapes.ts";
import type { AgentLogs } from "../../../src/dev-server/shapes/log-shapes.ts";
import { eventually, patienceMs } from "../../helpers/e2e/daemon.ts";
import { runningScene } from "../../helpers/e2e/scene.ts";

const local = `receivers:
  nop:
exporters:
  nop:
service:
  pipelines:
    metrics: {receivers: [nop], exporters: [nop]}
`;

async function read<T>(server: DevServer, path: string): Promise<T> {
  const response = await fetch(new URL(path, server.pageUrl));
  return (await response.json()) as T;
}

test(
  "log lines of a real collector and its supervisor come by TLS, and stop when that is asked for",
  async () => {
    const capabilities = ["accepts_remote_config", "reports_own_logs"];
    const server = "tls: {insecure_skip_verify: true}";
    const scene = await runningScene({ tls: true, server, capabilities });
    const logs = (): Promise<AgentLogs> =>
      read<AgentLogs>(scene.server, `/api/agents/${scene.uid}/logs`);
    expect((await logs()).lines).toEqual([]);
    scene.server.offerLogs(scene.uid, true);
    await eventually(async () => {
      const { lines } = await logs();
      const has = (from: string, text: string): boolean =>
        lines.some((line) => line.from === from && line.text.includes(text));
      return (
        has("otelcol", "Everything is ready") &&
        lines.some(({ from }) => from === "opamp-supervisor")
      );
    });
    expect(await logs()).toMatchObject({
      destination: "here",
      offerState: "applied",
      unknownLines: 0,
    });
    scene.server.offerLogs(scene.uid, false);
    await eventually(async () => {
      const { destination, offerState } = await logs();
      return destination === "nowhere" && offerState === "applied";
    });
    expect(scene.daemon.lines.filter(({ msg }) => msg.includes("stopped"))).toEqual([]);
  },
  patienceMs * 2,
);

test(
  "each value of what a real collector runs has its layer, and after a change of it those of then",
  async () => {
    const scene = await runningScene({ local });
    const layers = (): Promise<AgentLayers> =>
      read<AgentLayers>(scene.server, `/api/agents/${scene.uid}/layers`);
    const told = async (): Promise<AgentLayers> => {
      scene.server.askLayers(scene.uid);
      await eventually(async () => (await layers()).is === "known");
      return layers();
    };
    const first = await told();
    expect(first.layers.some((name) => name.endsWith("local.yaml"))).toBe(true);
    expect(first.layers).toContain("the supervisor");
    scene.server.offerConfig(
      scene.uid,
      new Map([["", "exporters: {debug: {verbosity: detailed}}\n"]]),
    );
    const changed = await scene.server.agent(
      ({ effectiveConfig: [file] }) => file?.text.includes("detailed") === true,
    );
    expect((await layers()).is).toBe("unasked");
    const { layers: names, lines } = await told();
    const at = changed.effectiveConfig[0]?.text
      .split("\n")
      .findIndex((line) => line.includes("detailed"));
    const found = lines.find(({ line }) => line === (at ?? -2) + 1);
    expect([names[found?.layer ?? -1], found?.there]).toEqual(["remote configuration", 1]);
  },
  patienceMs * 2,
);
