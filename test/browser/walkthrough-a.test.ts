import { describe, test, expect } from "vitest";
import { hostmetricsPart } from "../helpers/agent/agent-configs.ts";
import { makeCertificate } from "../../src/dev-server/connections/self-signed.ts";
import { browserPath, expectClean, openPage, write } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";
import { collectorPath, patienceMs, scratchFolder, startDaemon } from "../helpers/e2e/daemon.ts";
import { freePorts } from "../helpers/net/free-ports.ts";

describe.skipIf(browserPath === undefined)("walkthrough A, clicked through", () => {
  test(
    "an agent appears, takes a configuration from the page, refuses a broken one, and goes back from a bad one",
    async () => {
      const server = await openConsole({ tls: makeCertificate(Date.now()) });
      const shown = await openPage(server.pageUrl);
      const { page } = shown;
      await page.getByRole("heading", { name: "No agent has connected yet" }).waitFor();
      await expectClean(shown);
      startDaemon(
        scratchFolder(),
        `server:
  endpoint: ${server.opampUrl}
  tls:
    insecure_skip_verify: true
capabilities:
  accepts_remote_config: true
  accepts_restart_command: true
agent:
  executable: \${OTELCOL_COLLECTOR_BINARY}
storage:
  directory: ./storage
`,
        { OTELCOL_COLLECTOR_BINARY: collectorPath() },
      );
      await page.locator(".agents-body .host-link").click();
      await page.getByText("Up: true", { exact: true }).waitFor();
      await page.getByText("Healthy", { exact: true }).first().waitFor();

      await page.getByRole("link", { name: "Configuration", exact: true }).click();
      const send = async (text: string): Promise<void> => {
        await write(page, text);
        await page.getByRole("button", { name: "Review and send" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Send", exact: true }).click();
      };
      const latest = page.locator(".card", { has: page.getByRole("heading", { name: "Latest" }) });
      const effective = page.getByRole("region", { name: /^Effective configuration/ });
      await send(hostmetricsPart);
      await latest.locator(".pill", { hasText: "Applied" }).waitFor();
      await effective.getByText("hostmetrics").first().waitFor();

      await send(hostmetricsPart.replace("exporters: [debug]", "exporters: [nowhere]"));
      await latest.locator(".pill", { hasText: "Failed" }).waitFor();
      // The collector's own words, and once.
      await latest.getByText('exporter "nowhere" which is not configured').first().waitFor();
      expect(await latest.locator(".failure").count()).toBe(1);
      await page.getByRole("button", { name: "Send again: Offer 1" }).click();
      await latest.locator(".pill", { hasText: "Applied" }).waitFor();

      // A configuration that is well-formed and cannot run: the port is wanted by two of its receivers.
      const [taken = 0] = await freePorts(1);
      await send(`receivers:
  otlp: {protocols: {grpc: {endpoint: 127.0.0.1:${taken}}}}
  otlp/again: {protocols: {grpc: {endpoint: 127.0.0.1:${taken}}}}
exporters:
  debug:
service:
  pipelines:
    metrics: {receivers: [otlp, otlp/again], exporters: [debug]}
`);
      await latest.locator(".pill", { hasText: "Failed" }).waitFor();
      await latest.getByText("address already in use").first().waitFor();
      await effective.getByText("hostmetrics").first().waitFor();
      await page.getByText("Up: true", { exact: true }).waitFor();
      await page.getByRole("link", { name: "Timeline" }).click();
      await page.getByText("Restart").first().waitFor();
      await expectClean(shown);
    },
    4 * patienceMs,
  );
});
