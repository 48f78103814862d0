import { test, expect } from "vitest";
import { patienceMs } from "../../helpers/e2e/daemon.ts";
import { createRefusedOffers } from "../../helpers/e2e/refused-offers.ts";
import { runningScene } from "../../helpers/e2e/scene.ts";
import { remoteConfig } from "../../helpers/e2e/settings-text.ts";

const offers: readonly (readonly [string, string])[] = [
  ["700 nested maps", `a: ${"{a: ".repeat(700)}1${"}".repeat(700)}`],
  ["3,000 dashes", `a:\n  ${"- ".repeat(3_000)}1`],
  ["900 nested blocks", Array.from({ length: 900 }, (_, at) => `${" ".repeat(at)}a:\n`).join("")],
  ["100,000 open brackets", `a: ${"[".repeat(100_000)}`],
  ["20,000 open maps", `a: ${"{a: ".repeat(20_000)}`],
  ["a reference that carries 5,000 lists", `receivers: "\${yaml:${"[".repeat(5_000)}}"`],
];

test(
  "whatever a server offers, the agent goes on and the server gets a sentence",
  async () => {
    const scene = await runningScene({ capabilities: [...remoteConfig] });
    const { daemon } = scene;
    const refused = createRefusedOffers(scene, scene.pid);
    for (const [name, text] of offers) {
      expect(String((await refused(name, text))["reason"]).length, name).toBeLessThan(2_000);
    }
    expect(daemon.lines.filter(({ msg }) => msg === "internal error, the agent goes on")).toEqual(
      [],
    );
    expect(daemon.lines.filter(({ msg }) => msg === "agent process started")).toHaveLength(1);
  },
  2 * patienceMs,
);
