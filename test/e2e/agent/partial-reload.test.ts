import { test, expect } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { hasPartialReload } from "../../helpers/agent/collector-facts.ts";
import { patienceMs } from "../../helpers/e2e/daemon.ts";
import { runningScene } from "../../helpers/e2e/scene.ts";

// Where the gate is unknown, its name is an error.
const withGate = test.skipIf(!hasPartialReload());

withGate(
  "a change of receivers alone is proved by one reload, also where arguments turn partial reloads on",
  async () => {
    const agent = "  args: [--feature-gates, service.partialReload]\n";
    const { daemon, server, uid, pid } = await runningScene({ agent });
    for (const word of ["one", "two"]) {
      server.offerConfig(uid, nopConfig(word));
      await server.agent(
        ({ offer, remoteConfigStatus }) =>
          offer?.hash === remoteConfigStatus?.hash && remoteConfigStatus?.status === "applied",
      );
    }
    const started = daemon.lines.filter(({ msg }) => msg === "agent process started");
    expect(started.map((line) => line["pid"])).toEqual([pid]);
  },
  2 * patienceMs,
);
