import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCertificate } from "../../src/dev-server/connections/self-signed.ts";
import { browserPath, expectClean, openPage } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";
import { collectorPath, patienceMs, scratchFolder, startDaemon } from "../helpers/e2e/daemon.ts";

const base = `receivers:
  otlp: {protocols: {grpc: {endpoint: "127.0.0.1:0"}}}
exporters:
  debug:
service:
  pipelines:
    metrics: {receivers: [otlp], exporters: [debug]}
`;

describe.skipIf(browserPath === undefined)("what an agent says and what it is made of", () => {
  test(
    "its log lines come when they are asked for, and each line of its configuration has its layer",
    async () => {
      const server = await openConsole({ tls: makeCertificate(Date.now()) });
      const folder = scratchFolder();
      writeFileSync(join(folder, "base.yaml"), base);
      startDaemon(
        folder,
        `server:
  endpoint: ${server.opampUrl}
  tls: {insecure_skip_verify: true}
capabilities:
  accepts_remote_config: true
  reports_own_logs: true
agent:
  executable: \${OTELCOL_COLLECTOR_BINARY}
  config_files: [${JSON.stringify(`${folder}/base.yaml`)}]
storage:
  directory: ./storage
`,
        { OTELCOL_COLLECTOR_BINARY: collectorPath() },
      );
      const [agent] = await server.waitFor(([one]) => one?.up === "true", patienceMs);
      const shown = await openPage(`${server.pageUrl}#/agents/${agent?.uid}/logs`);
      const { page } = shown;
      await page.getByText("No log lines are sent here.").waitFor();
      await expectClean(shown);
      await page.getByRole("button", { name: "Send this agent’s logs here" }).click();
      const log = page.getByRole("log");
      await log.getByText("Everything is ready").first().waitFor();
      await log.getByText("(opamp-supervisor)").first().waitFor();
      await expectClean(shown);
      const screenshots = process.env["SCREENSHOTS"];
      if (screenshots !== undefined) await page.screenshot({ path: `${screenshots}/logs.png` });
      await page.getByRole("searchbox", { name: "Search log lines" }).fill("everything READY");
      await page.getByText(/^1 of \d+ lines/).waitFor();
      expect(await log.locator(".log-line").count()).toBe(1);
      await page.getByRole("button", { name: "Stop sending log lines" }).click();
      await page.getByRole("button", { name: "Send this agent’s logs here" }).waitFor();

      await page.getByRole("link", { name: "Configuration", exact: true }).click();
      const legend = page.getByRole("group", { name: /^Layers/ });
      await legend.getByRole("button", { name: /base\.yaml/ }).waitFor();
      await page
        .locator(".layer-name", { hasText: /base\.yaml:\d/ })
        .first()
        .waitFor();
      await legend.getByRole("button", { name: /the supervisor/ }).click();
      expect(await page.locator(".yaml .line.chosen").count()).toBeGreaterThan(3);
      await expectClean(shown);
      if (screenshots !== undefined) {
        await page.screenshot({ path: `${screenshots}/layers.png`, fullPage: true });
      }
      expect(shown.faults).toEqual([]);
    },
    patienceMs * 2,
  );
});
