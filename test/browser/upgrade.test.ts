import { describe, test, expect } from "vitest";
import { packagesFolder } from "../dev-server/shelf/packages-folder.ts";
import { browserPath, expectClean, openPage } from "../helpers/browser/browser-page.ts";
import { openConsole } from "../helpers/browser/open-console.ts";
import { collectorPath, patienceMs, scratchFolder, startDaemon } from "../helpers/e2e/daemon.ts";
import { newer, newerCollector } from "../helpers/packages/package-scene.ts";

describe.skipIf(browserPath === undefined)("an upgrade", () => {
  test(
    "is offered from the page, its progress is seen, and the agent says the new version",
    async () => {
      const folder = packagesFolder();
      folder.put(`${newer}/otelcol`, newerCollector());
      const server = await openConsole({ packages: folder });
      startDaemon(
        scratchFolder(),
        `server:
  endpoint: ${server.opampUrl}
capabilities:
  accepts_remote_config: true
  accepts_packages: true
agent:
  executable: \${OTELCOL_COLLECTOR_BINARY}
  packages:
    verify: ed25519
    public_keys: ["${server.shelf?.publicKey ?? ""}"]
storage:
  directory: ./storage
`,
        { OTELCOL_COLLECTOR_BINARY: collectorPath() },
      );
      const shown = await openPage(server.pageUrl);
      const { page } = shown;
      await page.locator(".agents-body .host-link").click();
      await page.getByRole("link", { name: "Packages" }).click();
      await page.getByRole("button", { name: "Offer to this agent" }).click();
      await page.locator(".packages .pill", { hasText: "Installed" }).waitFor();
      await page.locator(".facts", { hasText: `otelcol ${newer}` }).waitFor();
      await page.getByText("Up: true", { exact: true }).waitFor();
      expect(await page.locator(".failure").count()).toBe(0);
      await expectClean(shown);
    },
    4 * patienceMs,
  );
});
