import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Lead, waitToLead } from "../../../src/supervisor/lease/stand-by.ts";
import { until } from "../../helpers/until.ts";
import { keptLog } from "../../helpers/log-lines.ts";
import { leases, startCluster } from "../../helpers/kubernetes/cluster.ts";
import { createFolder, settingsOf } from "../settings/fixture-folder.ts";

async function scene() {
  const cluster = await startCluster();
  const folder = createFolder();
  writeFileSync(join(folder.path, "ca.crt"), cluster.api.ca);
  writeFileSync(join(folder.path, "token"), "token");
  const read = folder.read(`server: {endpoint: 'ws://127.0.0.1:4320/v1/opamp'}
agent:
  mode: kubernetes
  kubernetes:
    namespace: monitoring
    workload: deployment/otel
    config_map: otel
    key: relay.yaml
    lease: x
    lease_duration: 6s
    endpoint: ${cluster.api.url()}
    token_file: token
    ca_file: ca.crt
`);
  // Any port that is free, which supervisor.yaml cannot say.
  const healthPage = { host: "127.0.0.1", port: 0, tls: undefined };
  const settings = { ...settingsOf(read), healthPage };
  const kubernetes = settings.agent.attach!.kubernetes!;
  const stop = new AbortController();
  const { log, lines } = keptLog();
  const begin = (environment = new Map<string, string>()): Promise<Lead | undefined> => {
    const surroundings = { environment, version: "1", log, signal: stop.signal };
    const leading = waitToLead(settings, kubernetes, surroundings);
    onTestFinished(async () => {
      stop.abort();
      await (await leading)?.giveBack();
    });
    return leading;
  };
  return { cluster, begin, lines, stop, folder };
}

const asPod = new Map([
  ["POD_NAME", "otel-1"],
  ["POD_UID", "abc"],
]);

test("alone it leads at once, under the name of its pod", async () => {
  const { cluster, begin, lines } = await scene();
  const lead = await begin(asPod);
  expect(lead?.waited).toBe(false);
  expect(cluster.api.get(leases, "x")).toMatchObject({ spec: { holderIdentity: "otel-1_abc" } });
  await lines.until(({ words }) => words === "the lease is ours, this supervisor leads");
  await lead?.giveBack();
  expect(cluster.api.get(leases, "x")).toMatchObject({ spec: { holderIdentity: "" } });
});

test("two processes of one host are not taken for one", async () => {
  const { cluster, begin } = await scene();
  const first = await begin();
  const { spec } = cluster.api.get(leases, "x") as unknown as { spec: { holderIdentity: string } };
  await first?.giveBack();
  await begin();
  expect(cluster.api.get(leases, "x")?.["spec"]).not.toMatchObject(spec);
});

test("while another one leads it answers probes, names it, and a signal ends it", async () => {
  const { cluster, begin, lines, stop } = await scene();
  const spec = { holderIdentity: "other", leaseDurationSeconds: 3_000, renewTime: "now" };
  cluster.api.put(leases, { metadata: { name: "x" }, spec });
  const waiting = begin();
  const { fields } = await lines.until(({ words }) => words === "the health page is open");
  const at = `http://127.0.0.1:${String(fields["port"])}`;
  await lines.until(({ words }) => words === "another supervisor leads, this one stands by");
  expect(lines.all.map((line) => line.fields["holder"])).toContain("other");
  expect(await (await fetch(`${at}/readyz`)).text()).toContain("held by other");
  expect((await fetch(`${at}/livez`)).status).toBe(200);
  expect((await fetch(`${at}/metrics`)).status).toBe(200);
  stop.abort();
  expect(await waiting).toBeUndefined();
  await expect(fetch(`${at}/livez`)).rejects.toThrow();
  expect(cluster.api.get(leases, "x")).toMatchObject({ spec });
});

test("a service manager is told that it is ready, that it lives, and who leads", async () => {
  const { cluster, begin, folder } = await scene();
  const said = join(folder.path, "said");
  const program = join(folder.path, "systemd-notify");
  writeFileSync(program, `#!/bin/sh\necho "$@" >> ${said}\n`, { mode: 0o755 });
  const spec = { holderIdentity: "other", leaseDurationSeconds: 3_000, renewTime: "now" };
  cluster.api.put(leases, { metadata: { name: "x" }, spec });
  const systemd = { NOTIFY_SOCKET: "/run/notify", WATCHDOG_USEC: "200000", PATH: folder.path };
  void begin(new Map(Object.entries(systemd)));
  const heard = (): string => (existsSync(said) ? readFileSync(said, "utf8") : "");
  await until(() => ["READY=1", "held by other"].every((text) => heard().includes(text)));
  await until(() => heard().split("WATCHDOG=1").length > 3);
});

test("where nobody may look, it says so once, and is not ready", async () => {
  const { cluster, begin, lines } = await scene();
  const message = 'User "x" cannot get resource "leases"';
  cluster.api.fault = () => ({ code: 403, reason: "Forbidden", message });
  const waiting = begin();
  const { fields } = await lines.until(({ words }) => words === "the health page is open");
  await lines.until(({ words }) => words === "the lease cannot be asked for");
  const answer = await fetch(`http://127.0.0.1:${String(fields["port"])}/readyz`);
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("cannot get resource");
  while (cluster.api.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(lines.all.filter(({ level }) => level === "warn")).toHaveLength(1);
  cluster.api.fault = () => undefined;
  expect((await waiting)?.waited).toBe(false);
});

test("a lease that is lost is heard of", async () => {
  const { cluster, begin } = await scene();
  const lead = await begin();
  cluster.api.put(leases, { metadata: { name: "x" }, spec: { holderIdentity: "thief" } });
  expect(await lead?.lost).toBe("it is now held by thief");
});
