import { test, expect } from "vitest";
import type { AgentView } from "../../../src/dev-server/fleet/view.ts";
import { collectorPath, eventually, patienceMs } from "../../helpers/e2e/daemon.ts";
import { createScene } from "../../helpers/e2e/scene.ts";

const local = `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters: {debug: }
service:
  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
  telemetry: {resource: {service.name: shop, service.version: "7.1", shop.region: wrong}}
`;

const identifying = { "service.namespace": "sales", "shop.region": "eu" };

test.each(["full", "plain"] as const)(
  "C-102 C-106 C-191 what the %s collector says of itself on its series is what is reported",
  async (kind) => {
    const { server, boot } = await createScene({
      local,
      capabilities: [],
      executable: collectorPath(kind),
      agent: `  description: {identifying_attributes: ${JSON.stringify(identifying)}}\n`,
    });
    await boot().waitForLog("agent process started");
    const named = (agent: AgentView): boolean => agent.name === "shop" && agent.up === "true";
    const agent = await server.agent(named);
    const reported = new Map(agent.identifyingAttributes.map(({ key, value }) => [key, value]));
    expect(Object.fromEntries(reported)).toEqual({
      ...identifying,
      "service.instance.id": agent.uid,
      "service.name": "shop",
      "service.version": "7.1",
    });
    await eventually(async () => (await series()).length > 3);
    for (const line of await series()) {
      for (const [key, value] of reported) {
        expect(line).toContain(`${key.replaceAll(".", "_")}="${value}"`);
      }
    }
  },
  2 * patienceMs,
);

async function series(): Promise<readonly string[]> {
  const answer = await fetch("http://localhost:8888/metrics");
  const text = await answer.text();
  return text.split("\n").filter((line) => line.startsWith("otelcol_"));
}
