import { expect, test } from "vitest";
import { type BareCollector, startBareCollector } from "../../helpers/agent/bare-collector.ts";
import { type LogLine, eventually, patienceMs, pidsOf } from "../../helpers/e2e/daemon.ts";
import { freePorts, takenPort } from "../../helpers/net/free-ports.ts";
import {
  type Compared,
  type Subject,
  compareGaps,
  failuresOf,
  isNoDearer,
} from "../../helpers/e2e/outage.ts";
import { type Running, runningScene } from "../../helpers/e2e/scene.ts";
import { remoteConfig } from "../../helpers/e2e/settings-text.ts";

interface Ports {
  readonly otlp: number;
  readonly health: number;
  readonly metrics: number;
}

/** A whole configuration; the word in it tells it from others. */
const configOf = ({ otlp, health, metrics }: Ports, word: string): string => `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:${otlp}"}}}
  nop/${word}:
exporters: {nop: }
extensions: {health_check: {endpoint: "127.0.0.1:${health}"}}
service:
  extensions: [health_check]
  telemetry:
    metrics:
      readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${metrics}}}}}]
  pipelines: {traces: {receivers: [otlp, nop/${word}], exporters: [nop]}}
`;

/** A part that validates and dies at its start: its port is somebody else's. */
const dying = (port: number, word: string): string =>
  `receivers: {otlp/${word}: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
service: {pipelines: {traces: {receivers: [otlp, otlp/${word}]}}}
`;

const otherWord = (word: string): string =>
  `receivers: {nop/${word}: }\nservice: {pipelines: {traces: {receivers: [otlp, nop/${word}]}}}\n`;

interface Scene extends Running {
  readonly ports: Ports;
}

async function scene(agent = ""): Promise<Scene> {
  const ports = await somePorts();
  const local = configOf(ports, "local");
  const capabilities = [...remoteConfig, "accepts_restart_command"];
  return { ...(await runningScene({ local, agent, capabilities })), ports };
}

async function somePorts(): Promise<Ports> {
  const [otlp = 0, health = 0, metrics = 0] = await freePorts(3);
  return { otlp, health, metrics };
}

/** A collector with just what the supervised one runs, on ports of its own. */
async function bareTwin({ folder, effective, ports }: Scene): Promise<{
  readonly bare: BareCollector;
  readonly otlp: number;
}> {
  const own = await somePorts();
  const base = effective()
    .replaceAll(String(ports.otlp), String(own.otlp))
    .replaceAll(String(ports.health), String(own.health))
    .replaceAll(String(ports.metrics), String(own.metrics));
  const bare = await startBareCollector(folder, base, `http://127.0.0.1:${own.health}/`);
  return { bare, otlp: own.otlp };
}

async function offer({ server, uid }: Scene, text: string, status: string): Promise<void> {
  server.offerConfig(uid, text);
  await server.agent(
    ({ offer, remoteConfigStatus }) =>
      offer?.hash === remoteConfigStatus?.hash && remoteConfigStatus?.status === status,
  );
}

const back = ["agent is healthy", "agent runs the new configuration"];

/** The lines that say that the agent answers again. */
const returns = ({ daemon }: Scene): readonly LogLine[] =>
  daemon.lines.filter(({ msg }) => back.includes(msg));

/** Does something to the agent and waits until it answers again. */
async function untilBack(of: Scene, what: () => unknown): Promise<void> {
  const before = returns(of).length;
  await what();
  await eventually(() => returns(of).length > before);
}

const lastPid = ({ daemon }: Scene): number => Number(pidsOf(daemon).at(-1));

function show(change: string, gapMs: number, beside: string): void {
  process.stdout.write(`gap ${change}: ${gapMs.toFixed(0)} ms (${beside})\n`);
}

/** Shows both gaps, and checks that the supervisor's own log tells of each gap. */
async function measure(
  of: Scene,
  change: string,
  [ours, bare]: readonly [Subject, Subject],
  fits: (compared: Compared) => boolean,
): Promise<Compared> {
  const compared = await compareGaps(ours, bare, fits);
  const told = returns(of)
    .slice(1)
    .map((line) => Number(line["gapMs"]));
  const [bareMs = 0, ourMs = 0] = [compared.bare[0], compared.ours[0]];
  show(change, ourMs, `bare ${bareMs.toFixed(0)} ms, in the log ${Math.min(...told)} ms`);
  expect(Math.min(...told), "the log tells each gap").toBeGreaterThan(0);
  return compared;
}

async function expectNoDearer(
  of: Scene,
  change: string,
  ...subjects: readonly [Subject, Subject]
): Promise<void> {
  const compared = await measure(of, change, subjects, isNoDearer);
  expect(compared, "beside the bare collector").toSatisfy(isNoDearer);
}

test(
  "a reload costs the telemetry no more than it costs the bare collector",
  async () => {
    const supervised = await scene();
    const { bare, otlp } = await bareTwin(supervised);
    await expectNoDearer(
      supervised,
      "reload",
      {
        port: supervised.ports.otlp,
        change: (round) => offer(supervised, otherWord(`r${round}`), "applied"),
      },
      { port: otlp, change: (round) => bare.reload(otherWord(`r${round}`)) },
    );
    expect(lastPid(supervised), "no process was stopped for it").toBe(supervised.pid);
  },
  4 * patienceMs,
);

test(
  "a restart costs the telemetry no more than it costs the bare collector",
  async () => {
    const supervised = await scene("  reload: restart\n");
    const { bare, otlp } = await bareTwin(supervised);
    await expectNoDearer(
      supervised,
      "restart",
      {
        port: supervised.ports.otlp,
        change: (round) => offer(supervised, otherWord(`r${round}`), "applied"),
      },
      { port: otlp, change: (round) => bare.restart(otherWord(`r${round}`)) },
    );
  },
  4 * patienceMs,
);

test(
  "a crash costs the telemetry no more than a start of the bare collector right after it",
  async () => {
    const supervised = await scene();
    const { server, uid } = supervised;
    const { bare, otlp } = await bareTwin(supervised);
    const crash = (): Promise<void> =>
      untilBack(supervised, () => process.kill(lastPid(supervised), "SIGKILL"));
    // A second crash in a row would wait on purpose; a restart command forgives the first one.
    const forgive = (): Promise<void> => untilBack(supervised, () => server.restartAgent(uid));
    await expectNoDearer(
      supervised,
      "crash",
      { port: supervised.ports.otlp, change: crash, prepare: forgive },
      { port: otlp, change: () => bare.crash() },
    );
  },
  4 * patienceMs,
);

test(
  "a configuration that dies at its start is followed by the old one, and the gap is told",
  async () => {
    const supervised = await scene();
    const { bare, otlp } = await bareTwin(supervised);
    const taken = await takenPort();
    // Shown beside the bare one, not compared: the way back is made safe on the disk first, whose speed is its own.
    await measure(
      supervised,
      "rolled back",
      [
        {
          port: supervised.ports.otlp,
          change: (round) =>
            untilBack(supervised, () => offer(supervised, dying(taken, `r${round}`), "failed")),
        },
        { port: otlp, change: (round) => bare.failAndGoBack(dying(taken, `r${round}`)) },
      ],
      () => true,
    );
  },
  4 * patienceMs,
);

test(
  "a configuration that is refused costs the telemetry nothing",
  async () => {
    const supervised = await scene();
    const pid = lastPid(supervised);
    const [failures, gapMs] = await failuresOf({
      port: supervised.ports.otlp,
      change: (round) => offer(supervised, `receivers: {nonsense/${round}: }\n`, "failed"),
    });
    show("refused", gapMs, `${failures} requests failed`);
    expect(failures).toBe(0);
    expect(lastPid(supervised)).toBe(pid);
    expect(returns(supervised)).toHaveLength(1);
  },
  4 * patienceMs,
);
