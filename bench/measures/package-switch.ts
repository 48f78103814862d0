import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Measure, withRunning } from "../measure.ts";
import { startOtlpLoad } from "../otlp-load.ts";
import { openWorld, pause, sinceUntil } from "../world.ts";
import { port, receiving } from "./gap.ts";

/** From the offer of a package until the agent says that it runs it, and what a client notices of the switch. */
export const packageSwitch: Measure = {
  name: "package",
  oursOnly: true,
  rounds: 2,
  run: async (collector, contender) => {
    const base = mkdtempSync(join(tmpdir(), "opampsupervisor-bench-"));
    const version = versionOf(collector);
    const packages = { directory: join(base, "packages"), keyFile: join(base, "key.pem") };
    putPackage(packages.directory, version, collector);
    const world = await openWorld(collector, receiving, {
      packages,
      capabilities: ["accepts_packages", "reports_package_statuses"],
      agent: ({ shelf }) => `  packages:
    verify: ed25519
    public_keys: ["${shelf?.publicKey ?? ""}"]
    allowed_hosts: [127.0.0.1]
`,
    });
    try {
      return await withRunning(world, contender, async () => {
        await pause(1_000);
        const load = startOtlpLoad(port);
        await pause(500);
        load.forget();
        const begin = performance.now();
        world.server().offerPackage(world.server().agents()[0]?.uid ?? "", "", version);
        const ms = await sinceUntil(world, begin, ({ packages: { packages: known } }) =>
          known.some(({ state }) => state === "installed"),
        );
        await pause(500);
        const { longestGapMs, lost } = load.tally();
        await load.stop();
        return {
          "package offered -> installed": ms,
          "gap, package switch": longestGapMs,
          "requests lost, package switch": lost,
        };
      });
    } finally {
      await world.close();
      rmSync(base, { recursive: true, force: true });
    }
  },
};

function versionOf(collector: string): string {
  const text = execFileSync(collector, ["--version"], { encoding: "utf8" });
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? "0.0.0";
}

function putPackage(directory: string, version: string, collector: string): void {
  const folder = join(directory, version);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "otelcol");
  copyFileSync(collector, file);
  // What was written to just now is not offered yet.
  const longAgo = new Date("2026-01-01T00:00:00Z");
  utimesSync(file, longAgo, longAgo);
}
