import { writeFileSync, appendFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import type { TlsOptions } from "../../../src/opamp-client/transport/client-options.ts";
import { transitionsOf } from "../../../src/supervisor/core/report/transitions.ts";
import { initialState } from "../../../src/supervisor/core/state/state.ts";
import { openLog } from "../../../src/supervisor/log/log.ts";
import { startOwnTelemetry } from "../../../src/supervisor/own-telemetry/own-telemetry.ts";
import { changesOf, firstStart } from "../../helpers/core/changes.ts";
import { uid } from "../../helpers/core/core-samples.ts";
import { decodeOtlp } from "../../helpers/otlp/otlp-messages.ts";
import { type TelemetrySink, startTelemetrySink } from "../../helpers/otlp/telemetry-sink.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";
import { settingsOf, createAgentFolder, complete } from "../settings/fixture-folder.ts";

const tls: TlsOptions = {
  ca: undefined,
  includeSystemCa: false,
  cert: undefined,
  key: undefined,
  minVersion: "TLSv1.2",
  maxVersion: undefined,
  ciphers: undefined,
  curves: undefined,
  skipVerify: false,
  serverName: undefined,
};

const offerOf = ({ port }: TelemetrySink, path: string) => ({
  url: `http://127.0.0.1:${port}${path}`,
  headers: new Map([["x-tenant", ["offered"]]]),
  tls,
});

function rig(sections: string) {
  const settings = settingsOf(createAgentFolder().read(complete("", sections)));
  const logPath = join(temporaryFolder(), "supervisor.log");
  const { log, tap } = openLog({ level: "info", outputPaths: [logPath], encoding: "json" }, false);
  const telemetry = startOwnTelemetry(settings, {
    ...{ log, tap, version: "0.1.0", environment: new Map<string, string>(), begun: 0 },
    state: () => initialState(uid),
    agentResource: () => [{ key: "service.instance.id", value: { stringValue: uid } }],
  });
  onTestFinished(() => telemetry.stop());
  return { log, telemetry };
}

/** The bodies of all records that have come, those of the agent with its id. */
function bodiesIn({ requests }: TelemetrySink, path = "/v1/logs"): readonly string[] {
  return requests
    .filter((request) => request.path === path)
    .flatMap(({ body }) => {
      const { resourceLogs } = decodeOtlp("ExportLogsServiceRequest", body) as unknown as Logs;
      return resourceLogs.flatMap(({ resource, scopeLogs }) => {
        const agent = resource.attributes.some(({ value }) => value.stringValue === uid);
        return scopeLogs[0]!.logRecords.map((record) => {
          return `${agent ? "agent: " : ""}${record.body.stringValue}`;
        });
      });
    });
}

interface Logs {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: readonly { value: { stringValue: string } }[] };
    readonly scopeLogs: readonly {
      readonly logRecords: readonly { readonly body: { readonly stringValue: string } }[];
    }[];
  }[];
}

const processor = (sink: TelemetrySink, path: string): string =>
  `telemetry: {logs: {processors: [{simple: {exporter: {otlp: {endpoint: "http://127.0.0.1:${sink.port}${path}"}}}}]}}\n`;

test("lines of the time before anything is loaded arrive, without secrets", async () => {
  const sink = await startTelemetrySink();
  const { log } = rig(processor(sink, "/v1/logs"));
  log.info({ headers: "Authorization: Bearer abcdef123456" }, "first");
  log.info("second");
  await until(() => bodiesIn(sink).length === 2);
  expect(bodiesIn(sink)).toEqual(["first", "second"]);
  expect(sink.requests.map(({ body }) => String(body)).join()).not.toContain("abcdef123456");
});

test("what is said about sending is not sent", async () => {
  const sink = await startTelemetrySink();
  sink.answerWith((response) => response.writeHead(400).end());
  const { log } = rig(processor(sink, "/v1/logs"));
  log.info("one");
  await until(() => sink.requests.length === 1);
  sink.answerWith(undefined);
  log.info("two");
  await until(() => sink.requests.length === 2);
  log.info("three");
  await until(() => sink.requests.length === 3);
  expect(bodiesIn(sink)).toEqual(["one", "two", "three"]);
});

test("what a server offers gets both logs, and the local place goes on", async () => {
  const sink = await startTelemetrySink();
  const { log, telemetry } = rig(
    `capabilities: {reports_own_logs: true}\n${processor(sink, "/local")}`,
  );
  log.info("before the offer");
  const path = join(temporaryFolder(), "agent.log");
  writeFileSync(path, "earlier\n");
  telemetry.follower.began(path, 8);
  appendFileSync(path, '2026-11-25T02:00:00.000Z\twarn\ta/b.go:7\tsaid\t{"n": 1}\n');
  telemetry.setOffered("logs", offerOf(sink, "/offered"));
  await until(() => bodiesIn(sink, "/offered").includes("agent: said"));
  expect(bodiesIn(sink, "/offered")).toContain("before the offer");
  expect(sink.requests.find((request) => request.path === "/offered")?.headers).toMatchObject({
    "x-tenant": "offered",
  });
  telemetry.setOffered("logs", offerOf(sink, "/other"));
  log.info("after the change");
  await until(() => bodiesIn(sink, "/other").includes("after the change"));
  telemetry.setOffered("logs", undefined);
  log.info("after all");
  await until(() => bodiesIn(sink, "/local").includes("after all"));
  expect(bodiesIn(sink, "/local")).toEqual(["before the offer", "after the change", "after all"]);
  expect(bodiesIn(sink, "/other")).not.toContain("after all");
});

test("offered metrics and traces get only what is the supervisor's own", async () => {
  const sink = await startTelemetrySink();
  const { log, telemetry } = rig("");
  telemetry.setOffered("metrics", offerOf(sink, "/v1/metrics"));
  telemetry.setOffered("traces", offerOf(sink, "/v1/traces"));
  for (const { before, after, event } of changesOf(initialState(uid), [
    { on: "ticked", at: 0 },
    ...firstStart,
  ]).changes) {
    telemetry.changed(transitionsOf(before, after, event), event.at);
  }
  log.info("not asked for");
  await until(() => sink.requests.length >= 2);
  await telemetry.stop();
  const metrics = sink.requests.find(({ path }) => path === "/v1/metrics");
  const traces = sink.requests.find(({ path }) => path === "/v1/traces");
  const read = JSON.stringify(decodeOtlp("ExportMetricsServiceRequest", metrics!.body));
  expect(read).toContain("supervisor.agent.health_status");
  expect(read).not.toContain(uid);
  expect(JSON.stringify(decodeOtlp("ExportTraceServiceRequest", traces!.body))).toContain(
    "GetBootstrapInfo",
  );
  expect(sink.requests.every(({ path }) => path !== "/v1/logs")).toBe(true);
});

test("lines that were sent are not sent again when the offer comes back", async () => {
  const sink = await startTelemetrySink();
  const { telemetry } = rig("");
  const path = join(temporaryFolder(), "agent.log");
  writeFileSync(path, "one\n");
  telemetry.follower.began(path, 0);
  telemetry.setOffered("logs", offerOf(sink, "/v1/logs"));
  await until(() => bodiesIn(sink).includes("agent: one"));
  telemetry.setOffered("logs", undefined);
  telemetry.setOffered("logs", offerOf(sink, "/v1/logs"));
  appendFileSync(path, "two\n");
  await until(() => bodiesIn(sink).includes("agent: two"));
  expect(bodiesIn(sink)).toEqual(["agent: one", "agent: two"]);
});

test("output that goes through the log is read along, and limited", async () => {
  const sink = await startTelemetrySink();
  const url = `http://127.0.0.1:${sink.port}/v1/logs`;
  const { telemetry } = rig(
    `telemetry: {agent_logs: {max_lines_per_second: 2, otlp: {endpoint: "${url}"}}}\n`,
  );
  let passed = "";
  const sinkOfRun = telemetry.passing(() => {
    return { lines: (text) => void (passed += text), cutLine: () => undefined };
  })();
  const text = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join("");
  sinkOfRun.lines(text);
  sinkOfRun.lines("panic: the end\n");
  sinkOfRun.ended?.();
  expect(passed).toBe(`${text}panic: the end\n`);
  await until(() => bodiesIn(sink).some((body) => body.includes("were not sent")));
  const bodies = bodiesIn(sink);
  expect(bodies).toContain("agent: panic: the end");
  expect(bodies.length).toBeLessThan(10_000);
});
