import { expect, test } from "vitest";
import type { ComponentHealth } from "../../../src/opamp-client/wire/messages.ts";
import { hasOpampExtension } from "../../helpers/agent/collector-facts.ts";
import { eventually, firstPid, patienceMs } from "../../helpers/e2e/daemon.ts";
import { startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";
import { createHost } from "../../helpers/e2e/scene.ts";

const isOk = (health: ComponentHealth | undefined, part: string): boolean =>
  health?.componentHealthMap?.get(part)?.status === "StatusOK";

test.skipIf(!hasOpampExtension())(
  "of a collector with the extension that is killed the server hears first that it is not healthy",
  async () => {
    const server = await startFakeServer();
    const daemon = createHost(server.wsUrl).boot();
    const healths = (): readonly ComponentHealth[] =>
      server
        .messages()
        .flatMap(({ message: { health } }) => (health === undefined ? [] : [health]));
    await daemon.waitForLog("agent is healthy");
    await eventually(() => isOk(healths().at(-1), "pipeline:traces"));
    await eventually(() => isOk(healths().at(-1), "extensions"));
    const before = healths().length;
    process.kill(await firstPid(daemon), "SIGKILL");
    await eventually(() => healths().length > before);
    const first = healths()[before];
    // False is not sent.
    expect(first?.healthy ?? false).toBe(false);
    expect(first?.lastError).toBe("the agent ended by SIGKILL");
    await eventually(() => healths().at(-1)?.healthy === true);
  },
  2 * patienceMs,
);
