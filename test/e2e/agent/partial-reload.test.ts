import { expect, test } from "vitest";
import { hasOpampExtension, hasPartialReload } from "../../helpers/agent/collector-facts.ts";
import type { HealthView } from "../../../src/dev-server/fleet/view.ts";
import { eventually, patienceMs, pidsOf, type LogLine } from "../../helpers/e2e/daemon.ts";
import { outageOf } from "../../helpers/e2e/outage.ts";
import { type Running, runningScene } from "../../helpers/e2e/scene.ts";
import { freePorts, takenPort } from "../../helpers/net/free-ports.ts";

// Where the gate is unknown its name is an error; without the extension a reload in part cannot be proved.
const withGate = test.skipIf(!hasPartialReload() || !hasOpampExtension());

/** A receiver with a port of its own. */
const receiver = (name: string, port: number): string =>
  `  ${name}: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}\n`;

/** A whole configuration whose pipelines get these receivers. */
const configOf = (receivers: string, traces: string, metrics = "otlp"): string => `receivers:
${receivers}exporters: {nop: }
service:
  pipelines:
    traces: {receivers: [${traces}], exporters: [nop]}
    traces/other: {receivers: [nop], exporters: [nop]}
    metrics: {receivers: [${metrics}], exporters: [nop]}
`;

interface Scene extends Running {
  readonly otlp: number;
  readonly free: readonly number[];
  /** The receivers that every configuration of the scene has. */
  readonly base: string;
}

async function scene(agent = ""): Promise<Scene> {
  const [otlp = 0, ...free] = await freePorts(3);
  const base = `${receiver("otlp", otlp)}  nop:\n`;
  const running = await runningScene({ local: configOf(base, "otlp"), agent });
  const { server } = running;
  // The extension has told of the receivers as they are after the start.
  await server.agent(({ health }) => statusOf(health, "pipeline:traces", "receiver:otlp") !== "");
  return { ...running, otlp, free, base };
}

/** What the agent's extension has told of a part, as the server sees it; empty while it is not known to be well. */
function statusOf(health: HealthView | undefined, ...[name, ...rest]: readonly string[]): string {
  if (name === undefined) return health?.status === "StatusOK" ? health.status : "";
  return statusOf(health?.components.find((part) => part.name === name)?.health, ...rest);
}

async function offer({ server, uid }: Scene, text: string, status = "applied"): Promise<void> {
  server.offerConfig(uid, text);
  await server.agent(
    ({ offer, remoteConfigStatus }) =>
      offer?.hash === remoteConfigStatus?.hash && remoteConfigStatus?.status === status,
  );
}

const reloads = ({ daemon }: Scene): readonly LogLine[] =>
  daemon.lines.filter(({ msg }) => msg === "agent is reloaded to apply");

const changed = ({ daemon }: Scene): readonly LogLine[] =>
  daemon.lines.filter(({ msg }) => msg === "agent runs the new configuration");

function expectOneProcess(of: Scene): void {
  expect(pidsOf(of.daemon)).toEqual([of.pid]);
}

/** How a request for one signal is answered. */
async function statusFor(of: Scene, signal: string): Promise<number> {
  const headers = { "content-type": "application/json" };
  const url = `http://127.0.0.1:${of.otlp}/v1/${signal}`;
  return (await fetch(url, { method: "POST", headers, body: "{}" })).status;
}

withGate(
  "receivers that are added or changed alone cost the others nothing",
  async () => {
    // Written as well, as it was before the supervisor could use it.
    const of = await scene("  args: [--feature-gates, service.partialReload]\n");
    const [port = 0, another = 0] = of.free;
    for (const each of [port, another]) {
      const text = configOf(`${of.base}${receiver("otlp/two", each)}`, "otlp, otlp/two");
      const outage = await outageOf(of.otlp, () => offer(of, text));
      expect(outage).toMatchObject({ failures: 0 });
      const there = await outageOf(each, () => Promise.resolve());
      expect(there.failures, "the receiver is there").toBe(0);
    }
    expect(reloads(of).map((line) => line["receivers"])).toEqual([["otlp/two"], ["otlp/two"]]);
    expect(changed(of).map((line) => line["gapMs"])).toEqual([undefined, undefined]);
    expectOneProcess(of);
  },
  3 * patienceMs,
);

withGate(
  "a server for two signals that gets one more pipeline of one goes on to serve both",
  async () => {
    const of = await scene();
    await offer(
      of,
      configOf(of.base, "otlp").replace(
        "traces/other: {receivers: [nop]",
        "traces/other: {receivers: [nop, otlp]",
      ),
    );
    expect(await Promise.all(["traces", "metrics"].map((signal) => statusFor(of, signal)))).toEqual(
      [200, 200],
    );
    expect(reloads(of).map((line) => line["receivers"])).toEqual([undefined]);
    expectOneProcess(of);
  },
  2 * patienceMs,
);

withGate(
  "what the collector may take for no change at all is applied without a restart, and so is a receiver that goes",
  async () => {
    const of = await scene();
    const text = configOf(of.base, "otlp, nop");
    const sameReceiver = of.base.replaceAll('"', "'");
    expect(sameReceiver).not.toBe(of.base);
    for (const next of [
      text,
      configOf(sameReceiver, "otlp, nop"),
      configOf(sameReceiver, "nop, otlp"),
      configOf(`${sameReceiver}  nop/unused:\n`, "nop, otlp"),
      configOf(sameReceiver, "otlp"),
    ]) {
      await offer(of, next);
    }
    expect(reloads(of)).toHaveLength(5);
    expect(changed(of)).toHaveLength(5);
    expectOneProcess(of);
  },
  3 * patienceMs,
);

withGate(
  "a receiver whose port is taken is FAILED with the collector's words, and what ran before runs again",
  async () => {
    const of = await scene();
    const taken = await takenPort();
    const text = configOf(`${of.base}${receiver("otlp/two", taken)}`, "otlp, otlp/two");
    await offer(of, text, "failed");
    const { remoteConfigStatus } = await of.server.agent(({ up }) => up === "true");
    expect(remoteConfigStatus?.errorMessage).toContain("address already in use");
    await eventually(async () => (await statusFor(of, "traces").catch(() => 0)) === 200);
    expect(reloads(of).map((line) => line["receivers"])).toEqual([["otlp/two"]]);
    const good = configOf(`${of.base}${receiver("otlp/two", of.free[0] ?? 0)}`, "otlp, otlp/two");
    await offer(of, good);
  },
  3 * patienceMs,
);

withGate(
  "an operator who has turned the gate off has the whole collector reloaded",
  async () => {
    const of = await scene('  args: ["--feature-gates=-service.partialReload"]\n');
    await offer(of, configOf(of.base, "otlp, nop"));
    expect(reloads(of).map((line) => line["receivers"])).toEqual([undefined]);
    expect(changed(of).map((line) => Number(line["gapMs"]) >= 0)).toEqual([true]);
    expectOneProcess(of);
  },
  2 * patienceMs,
);
