import { join } from "node:path";
import { expect, test } from "vitest";
import { brief, createFolder, settingsOf } from "../fixture-folder.ts";

const server = "server: {endpoint: 'ws://127.0.0.1:4320/v1/opamp'}\n";
const least =
  "namespace: monitoring, workload: deployment/otel, config_map: otel, key: relay.yaml, endpoint: 'https://10.0.0.1:6443'";

const read = (kubernetes: string, agent = "", more = "") =>
  createFolder().read(
    `${server}${more}agent: {mode: kubernetes, ${agent} kubernetes: {${kubernetes}}}\n`,
  );

test("a workload needs no binary, and has what every pod has", () => {
  const found = read(least);
  expect(brief(found.problems)).toEqual([]);
  const { agent } = settingsOf(found);
  expect(agent.executable).toBe("");
  expect(agent.attach?.kubernetes).toEqual({
    ...{ namespace: "monitoring", kind: "deployment", name: "otel", configMap: "otel" },
    ...{ key: "relay.yaml", container: undefined, takeOver: false, progressMs: 600_000 },
    ...{ lease: "opampsupervisor-deployment-otel", leaseMs: 30_000 },
    ...{ endpoint: "https://10.0.0.1:6443", caFile: undefined },
    tokenFile: "/var/run/secrets/kubernetes.io/serviceaccount/token",
  });
  expect(agent.healthCheckEndpoint).toBe("0.0.0.0:13133");
  expect(agent.dataFlow).toBe("off");
  expect(agent.applySettleMs).toBe(10_000);
});

test("each key that is written arrives", () => {
  const folder = createFolder();
  const found = folder.read(
    `${server}agent:
  mode: kubernetes
  apply_settle: 3s
  health_check_endpoint: 0.0.0.0:14133
  kubernetes:
    namespace: n
    workload: statefulset/otel.a
    config_map: c
    key: k
    container: collector
    take_over: true
    progress_deadline: 90s
    lease: only-one
    lease_duration: 1m
    endpoint: http://127.0.0.1:8001
    token_file: token
    ca_file: ca.crt
`,
  );
  expect(brief(found.problems)).toEqual([]);
  const { agent } = settingsOf(found);
  expect(agent.attach?.kubernetes).toEqual({
    ...{ namespace: "n", kind: "statefulset", name: "otel.a", configMap: "c", key: "k" },
    ...{ container: "collector", takeOver: true, progressMs: 90_000 },
    ...{ lease: "only-one", leaseMs: 60_000 },
    ...{ endpoint: "http://127.0.0.1:8001", tokenFile: join(folder.path, "token") },
    caFile: join(folder.path, "ca.crt"),
  });
  expect(agent.applySettleMs).toBe(3_000);
  expect(agent.healthCheckEndpoint).toBe("0.0.0.0:14133");
});

test.each([
  ["namespace: '', workload: deployment/otel, config_map: otel, key: k", "namespace"],
  ["namespace: n, config_map: otel, key: k", "workload"],
  ["namespace: n, workload: otel, config_map: otel, key: k", "workload"],
  ["namespace: n, workload: Deployment/otel, config_map: otel, key: k", "workload"],
  ["namespace: n, workload: deployment/a/b, config_map: otel, key: k", "workload"],
  ["namespace: n, workload: job/otel, config_map: otel, key: k", "workload"],
  ["namespace: n, workload: deployment/otel, key: k", "config_map"],
  ["namespace: n, workload: deployment/otel, config_map: Otel, key: k", "config_map"],
  ["namespace: n, workload: deployment/otel, config_map: otel", "key"],
  ["namespace: n, workload: deployment/otel, config_map: otel, key: a/b", "key"],
  [`${least}, lease: Otel`, "lease"],
  [`${least}, lease: ${"x".repeat(254)}`, "lease"],
  [`${least}, lease_duration: 5s`, "lease_duration"],
  [`${least}, lease_duration: 61m`, "lease_duration"],
  ["namespace: a/b, workload: deployment/otel, config_map: otel, key: k", "namespace"],
  [
    "namespace: n, workload: deployment/otel, config_map: otel, key: k, endpoint: 'x:1/y'",
    "endpoint",
  ],
])("%s is refused for its %s", (kubernetes, key) => {
  const errors = read(kubernetes).problems.filter(({ severity }) => severity === "error");
  expect(errors.map(({ path }) => path)).toEqual([`agent.kubernetes.${key}`]);
});

test("what means nothing for pods is warned of, and is not offered to the server", () => {
  const found = read(
    least,
    "passthrough_logs: true, start_timeout: 5s, attach: {find: health},",
    "capabilities: {reports_own_traces: true, accepts_other_connection_settings: true}\n",
  );
  expect(found.problems.map(({ path }) => path).toSorted()).toEqual([
    "agent.attach.find",
    "agent.passthrough_logs",
    "agent.start_timeout",
    "capabilities.accepts_other_connection_settings",
    "capabilities.reports_own_traces",
  ]);
  expect(found.problems.every(({ severity }) => severity === "warning")).toBe(true);
  const { capabilities } = settingsOf(found);
  expect(capabilities).toMatchObject({
    acceptsOtherConnectionSettings: false,
    reportsOwnTraces: false,
    reportsOwnMetrics: false,
  });
});

test("in another mode its keys are said to have no effect", () => {
  const found = createFolder().read(
    `${server}agent: {mode: attach, attach: {executable: otelcol}, kubernetes: {workload: deployment/otel}}\n`,
  );
  expect(brief(found.problems).map((text) => text.split(" ").slice(0, 3).join(" "))).toEqual([
    "warning not-acted-on agent.kubernetes.workload",
  ]);
});

test("a wall around an agent elsewhere is refused", () => {
  const errors = read(least, "confine: required,").problems;
  expect(errors.map(({ path, message }) => [path, message])).toEqual([
    ["agent.confine", expect.stringContaining("expected off with mode: kubernetes") as string],
  ]);
});
