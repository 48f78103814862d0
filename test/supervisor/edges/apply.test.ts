import { lives } from "../../helpers/agent/processes.ts";
import { execFileSync } from "node:child_process";
import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { type Edges, createApply } from "../../../src/supervisor/edges/apply.ts";
import { noConnections } from "../../../src/agent-config/connections.ts";
import type { Fact } from "../../../src/supervisor/core/state/event.ts";
import type { BinaryFacts } from "../../../src/agent-config/config.ts";
import type { Generation } from "../../../src/supervisor/core/state/generation.ts";
import type { Step } from "../../../src/supervisor/core/state/step.ts";
import { noWall } from "../../../src/agent/process/wall.ts";
import { openStore } from "../../../src/supervisor/store/store.ts";
import { agentPath, agentEnv, agentConfig } from "../../helpers/agent/agents.ts";
import { binary, renderedOf } from "../../helpers/core/core-samples.ts";
import { type EventLog, createEventLog } from "../../helpers/event-log.ts";
import { temporaryFolder, script } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

interface Rig {
  readonly folder: string;
  readonly facts: EventLog<Fact>;
  /** What the agent process was told. */
  readonly told: readonly unknown[];
  readonly apply: (step: Step) => void;
}

function rig(changes: Partial<Edges> = {}): Rig {
  const folder = join(temporaryFolder(), "storage");
  const facts = createEventLog<Fact>();
  const told: unknown[] = [];
  const store = openStore(folder);
  const apply = createApply(() => ({
    post: (fact) => facts.add(fact),
    process: {
      start: (run, args, variables, generation) =>
        told.push(["start", run, args, variables, generation]),
      runs: (run, generation) => told.push(["runs", run, generation]),
      signal: (run, signal) => {
        told.push(["signal", run, signal]);
        return undefined;
      },
    },
    store,
    env: agentEnv,
    variables: (run) => ({ RUN: String(run) }),
    sayToExtension: (run, said) => told.push(["extension", run, said]),
    server: {
      sendCustomMessage: (message) => told.push(["server", message]),
      requestCertificate: (csr) => told.push(["request", csr]),
      prove: (settings) => told.push(["prove", settings]),
      stopProving: () => told.push(["stop proving"]),
      use: (settings) => told.push(["use", settings]),
      isKept: () => true,
    },
    restoreCommandLine: (why) => void told.push(["restore", why]),
    packages: {
      fetch: (offered) => {
        told.push(["fetch", offered.version]);
        return Promise.resolve(undefined);
      },
      stop: () => void told.push(["stop fetching"]),
      sweep: (keep, wanted) => {
        told.push(["sweep", keep, wanted]);
        return Promise.resolve();
      },
      show: () => undefined,
    },
    argsFor: (known, stamp) => [
      ...(known === undefined ? [] : ["--set", known.version]),
      ...(stamp === undefined ? [] : ["--stamp", stamp]),
    ],
    identify: () => Promise.resolve(binary),
    wall: () => noWall,
    mirror: undefined,
    mirrorFailed: (why) => void told.push(["mirror", why]),
    brokenRules: () => undefined,
    lookAtLog: () => Promise.resolve({ is: "small" }),
    probeTimeoutMs: 60_000,
    scratchPath: (name) => join(folder, name),
    ...changes,
  }));
  return { folder, facts, told, apply };
}

function generationOf(
  number: number,
  text = agentConfig,
  path = agentPath("healthy"),
  facts: BinaryFacts = binary,
): Generation {
  const config = renderedOf(text);
  return {
    number,
    config,
    remote: undefined,
    binary: { path, facts },
    connections: noConnections,
    sources: undefined,
    stopsData: false,
  };
}

function answer({ facts }: Rig): Promise<Fact> {
  return facts.until(() => true);
}

test("what the binary says, or why it cannot be asked, is a fact", async () => {
  const one = rig();
  one.apply({ do: "identify-agent" });
  expect(await answer(one)).toEqual({ on: "agent-identified", facts: binary });
  const step: Step = { do: "identify-agent" };
  const other = rig({ identify: () => Promise.reject(new Error("token=abcdef123 refused")) });
  other.apply(step);
  expect(await answer(other)).toEqual({
    on: "step-failed",
    step,
    why: "token=[redacted] refused",
  });
});

test("a configuration is validated with the arguments of the run, and nothing is left of it", async () => {
  const seen = join(temporaryFolder(), "seen");
  const one = rig();
  const path = script(`echo "$1 $4 $5" > ${seen}`);
  one.apply({ do: "validate-config", generation: generationOf(3, agentConfig, path) });
  expect(await answer(one)).toMatchObject({ on: "config-validated", number: 3 });
  expect(readFileSync(seen, "utf8")).toBe(`validate --set ${binary.version}\n`);
  expect(readdirSync(one.folder)).toEqual(["generations"]);
});

test("a refused configuration is told in the collector's words", async () => {
  const one = rig();
  const text = agentConfig.replace("  nop:", "  foo:");
  one.apply({ do: "validate-config", generation: generationOf(3, text) });
  const fact = await answer(one);
  expect(fact).toMatchObject({ on: "config-refused", number: 3 });
  expect(fact).toHaveProperty("why", expect.stringContaining(`unknown type: "foo"`));
});

test("a binary that cannot be run refuses nothing: the step has failed", async () => {
  const one = rig();
  const path = join(temporaryFolder(), "none");
  const step: Step = { do: "validate-config", generation: generationOf(3, agentConfig, path) };
  one.apply(step);
  expect(await answer(one)).toMatchObject({ on: "step-failed", step });
});

test("the look at an older candidate is ended for a newer one, which is judged by its own text", async () => {
  const folder = temporaryFolder();
  const [begun, go] = [join(folder, "begun"), join(folder, "go")];
  writeFileSync(begun, "");
  const slow = script(
    `echo $$ >> ${begun}`,
    `until [ -e ${go} ]; do sleep 0.01; done`,
    'cat "$3" >&2; exit 1',
  );
  const pids = (): readonly number[] =>
    readFileSync(begun, "utf8").split("\n").filter(Boolean).map(Number);
  const one = rig();
  const look = (number: number, word: string): void =>
    one.apply({
      do: "validate-config",
      generation: generationOf(number, `Error: ${word}\n`, slow),
    });
  look(1, "first");
  await until(() => pids().length === 1);
  look(2, "second");
  await until(() => pids().length === 2);
  await until(() => !lives(pids()[0] ?? 0));
  writeFileSync(go, "");
  const fact = await one.facts.until((each) => "number" in each && each.number === 2);
  expect(fact).toMatchObject({ on: "config-refused" });
  expect(fact).toHaveProperty("why", expect.stringContaining("Error: second"));
  expect(one.facts.all.filter((each) => "number" in each && each.number === 1)).toEqual([]);
});

test("a generation is written to the store and to the file that shows it, for the owner only", async () => {
  const mirror = join(temporaryFolder(), "effective.yaml");
  const one = rig({ mirror });
  one.apply({ do: "write-config", generation: generationOf(4) });
  expect(await answer(one)).toEqual({ on: "config-written", number: 4 });
  expect(readFileSync(join(one.folder, "effective.yaml"), "utf8")).toBe(agentConfig);
  expect(readFileSync(mirror, "utf8")).toBe(agentConfig);
  expect(statSync(mirror).mode & 0o777).toBe(0o600);
});

test("a file that only shows the configuration keeps nothing from going on", async () => {
  const mirror = join(temporaryFolder(), "shown.yaml");
  execFileSync("mkfifo", [mirror]);
  const one = rig({ mirror });
  one.apply({ do: "write-config", generation: generationOf(4) });
  expect(await answer(one)).toEqual({ on: "config-written", number: 4 });
  expect(one.told).toEqual([["mirror", expect.stringContaining("found a pipe") as string]]);
});

test("a write that fails is a fact with its step", async () => {
  const one = rig();
  rmSync(one.folder, { recursive: true });
  writeFileSync(one.folder, "a file where the storage directory was");
  const step: Step = { do: "write-config", generation: generationOf(4) };
  one.apply(step);
  expect(await answer(one)).toMatchObject({ on: "step-failed", step });
});

test("the agent is started on effective.yaml with the arguments of its binary", () => {
  const { apply, told, folder } = rig();
  apply({ do: "start-agent", run: 5, generation: generationOf(4) });
  apply({ do: "signal-agent", run: 5, signal: "SIGTERM" });
  expect(told).toEqual([
    [
      "start",
      5,
      ["--config", join(folder, "effective.yaml"), "--set", binary.version],
      { RUN: "5" },
      4,
    ],
    ["signal", 5, "SIGTERM"],
  ]);
});

test("an agent that may reload in part has a stamp, which another reload of the whole agent changes", () => {
  const one = rig();
  const stamp = join(one.folder, "whole-reload.yaml");
  one.apply({ do: "start-agent", run: 7, generation: generationOf(4), inPart: true });
  expect(JSON.stringify(one.told)).toContain(JSON.stringify(["--stamp", stamp]).slice(1));
  const texts = [readFileSync(stamp, "utf8")];
  one.apply({ do: "reload-agent", run: 7, generation: generationOf(5), part: [] });
  expect(readFileSync(stamp, "utf8")).toBe(texts[0]);
  one.apply({ do: "reload-agent", run: 7, generation: generationOf(6), whole: true });
  texts.push(readFileSync(stamp, "utf8"));
  expect(new Set(texts).size).toBe(2);
  rmSync(stamp);
  one.apply({ do: "reload-agent", run: 7, generation: generationOf(5), part: [] });
  expect(readFileSync(stamp, "utf8"), "without it the reload would end the agent").not.toBe("");
  expect(one.told.slice(-1)).toEqual([["signal", 7, "SIGHUP"]]);
});

test("where the stamp cannot be written the agent is started without reloads in part, and signalled all the same", () => {
  const one = rig();
  rmSync(one.folder, { recursive: true });
  one.apply({ do: "start-agent", run: 7, generation: generationOf(4), inPart: true });
  expect(JSON.stringify(one.told)).not.toContain("--stamp");
  one.apply({ do: "reload-agent", run: 7, generation: generationOf(5), whole: true });
  expect(one.told.slice(-1)).toEqual([["signal", 7, "SIGHUP"]]);
});

test("an answer of the health check carries the run it was asked for", async () => {
  const one = rig({ probeTimeoutMs: 60_000 });
  one.apply({ do: "probe-agent", run: 9, target: { url: "no address" } });
  expect(await answer(one)).toMatchObject({
    on: "agent-probed",
    run: 9,
    outcome: { is: "unhealthy" },
  });
});

test("an offer that breaks the operator's rules is refused before the binary is asked", async () => {
  const brokenRules = (): string => "the policy forbids it";
  const one = rig({ brokenRules });
  const path = join(temporaryFolder(), "none");
  const remote = { hash: "01", digest: "d", files: [], problem: undefined };
  const generation = { ...generationOf(3, agentConfig, path), remote };
  one.apply({ do: "validate-config", generation });
  expect(await answer(one)).toEqual({
    on: "config-refused",
    number: 3,
    why: "the policy forbids it",
    byPolicy: true,
  });
});

test("an offered connection is held against the rules as an offered configuration is", async () => {
  const one = rig({ brokenRules: () => "the policy forbids it" });
  const traces = {
    ...{ endpoint: "https://t.example/v1/traces", headers: [], certificate: undefined },
    ...{ tls: undefined, proxy: undefined },
  };
  const connections = { telemetry: { traces }, others: [] };
  one.apply({ do: "validate-config", generation: { ...generationOf(3), connections } });
  expect(await answer(one)).toMatchObject({ on: "config-refused", why: "the policy forbids it" });
});

test("what a configuration refers to is on disk when the binary looks at it", async () => {
  const name = `${"0".repeat(24)}.txt`;
  const one = rig();
  const path = script(`cat "$(dirname "$3")/secrets/${name}" >&2; exit 1`);
  const generation = generationOf(3, agentConfig, path);
  const config = { ...generation.config, files: [{ name, text: "Error: seen\n" }] };
  one.apply({ do: "validate-config", generation: { ...generation, config } });
  expect(await answer(one)).toHaveProperty("why", expect.stringContaining("Error: seen"));
});

test("the operator's own configuration is not held against the rules", async () => {
  const one = rig({ brokenRules: () => "the policy forbids it" });
  one.apply({ do: "validate-config", generation: generationOf(3) });
  expect(await answer(one)).toMatchObject({ on: "config-validated", number: 3 });
});

test("a binary that cannot validate is not asked", async () => {
  const facts = { ...binary, validates: false };
  const one = rig();
  const path = join(temporaryFolder(), "none");
  one.apply({ do: "validate-config", generation: generationOf(3, agentConfig, path, facts) });
  expect(await answer(one)).toEqual({ on: "config-validated", number: 3, tookMs: 0 });
});

test("what a look at the log came to, or why there was none, is a fact", async () => {
  const one = rig();
  one.apply({ do: "look-at-log" });
  expect(await answer(one)).toEqual({ on: "log-looked-at", look: { is: "small" } });
  const step: Step = { do: "look-at-log" };
  const other = rig({ lookAtLog: () => Promise.reject(new Error("ENOSPC")) });
  other.apply(step);
  expect(await answer(other)).toEqual({ on: "step-failed", step, why: "ENOSPC" });
});

test("a signal that cannot be sent is a fact, without what is secret in its words", async () => {
  const one = rig({
    process: {
      start: () => undefined,
      runs: () => undefined,
      signal: () => Promise.reject(new Error("exit code 1: token=abcdef123456")),
    },
  });
  const step: Step = { do: "reload-agent", run: 1, generation: generationOf(1) };
  one.apply(step);
  expect(await answer(one)).toEqual({
    on: "step-failed",
    step,
    why: "exit code 1: token=[redacted]",
  });
});

const offered = {
  endpoint: "wss://other/v1/opamp",
  headers: undefined,
  certificate: {
    cert: "cert",
    key: "key",
    validFrom: wallTime(0),
    expiresAt: wallTime(1),
    stale: false,
  },
  tls: undefined,
  proxy: undefined,
  heartbeatSeconds: undefined,
};
const quiet = {
  sendCustomMessage: () => undefined,
  requestCertificate: () => undefined,
  prove: () => undefined,
  stopProving: () => undefined,
  use: () => undefined,
};

test("C-145 without a disk to keep it on a certificate is refused, and all else is tried", async () => {
  const proved: unknown[] = [];
  const prove = (settings: unknown): void => void proved.push(settings);
  const one = rig({ server: { ...quiet, prove, isKept: () => false } });
  one.apply({ do: "prove-server", settings: offered });
  expect(await answer(one)).toMatchObject({ on: "server-refuted", settings: offered });
  const plain = { ...offered, certificate: undefined };
  one.apply({ do: "prove-server", settings: plain });
  expect(proved).toEqual([plain]);
});

test("a certificate request is made with a key of its own", async () => {
  const one = rig();
  one.apply({ do: "make-certificate-request", commonName: "agent" });
  const fact = await answer(one);
  expect(fact).toMatchObject({ on: "certificate-request-made" });
  expect(fact).toHaveProperty("csr", expect.stringContaining("BEGIN CERTIFICATE REQUEST"));
});
