import { test, expect } from "vitest";
import { manyPipelines } from "../../helpers/agent/agent-configs.ts";
import { patienceMs } from "../../helpers/e2e/daemon.ts";
import { createRefusedOffers } from "../../helpers/e2e/refused-offers.ts";
import { runningScene } from "../../helpers/e2e/scene.ts";

const mebibyte = 1024 * 1024;

/** The largest that are permitted of each kind. */
const offers: readonly (readonly [string, string])[] = [
  ["a text", `a: "${"x".repeat(8 * mebibyte - 10)}"`],
  ["keys", Array.from({ length: 499_000 }, (_, at) => `k${at}: v\n`).join("")],
  ["flow entries", `a: [${Array.from({ length: 199_000 }, (_, at) => `v${at}`).join(",")}]`],
  ["colons", `x: ${"a: ".repeat(999_000)}`],
];

test(
  "with the heap of a small container the largest offers are refused, and a usual one is run",
  async () => {
    const scene = await runningScene({
      local: "exporters: {debug: }\n",
      environment: { NODE_OPTIONS: "--max-old-space-size=100" },
    });
    const { server, daemon, uid } = scene;
    const refused = createRefusedOffers(scene, daemon.pid);
    for (const [name, text] of offers) {
      expect((await refused(name, text))["reason"], name).toContain("of memory");
    }
    server.offerConfig(uid, manyPipelines(500));
    await server.agent((agent) => agent.remoteConfigStatus?.status === "applied", 2 * patienceMs);
    expect(daemon.lines.filter(({ msg }) => msg === "supervisor starting")).toHaveLength(1);
  },
  3 * patienceMs,
);
