import { expect, test } from "vitest";
import { PackageStatusType } from "../../../src/opamp-client/wire/messages.ts";
import { eventually, patienceMs } from "../../helpers/e2e/daemon.ts";
import { type Subject, compareGaps, isNoDearer } from "../../helpers/e2e/outage.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import {
  type PackageScene,
  type Wanted,
  newer,
  newerCollector,
  packageScene,
} from "../../helpers/packages/package-scene.ts";
import { remoteConfig } from "../../helpers/e2e/settings-text.ts";

const configOf = (otlp: number): string => `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:${otlp}"}}}
exporters: {nop: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}
`;

interface Loaded {
  readonly port: number;
  readonly scene: PackageScene;
  /** The agent has come up so often. */
  readonly starts: () => number;
}

async function loadedScene(): Promise<Loaded> {
  const [port = 0] = await freePorts(1);
  const scene = await packageScene({
    local: configOf(port),
    capabilities: [...remoteConfig, "accepts_packages", "accepts_restart_command"],
  });
  const daemon = scene.boot();
  await daemon.waitForLog("agent is healthy");
  const starts = (): number => daemon.lines.filter(({ msg }) => msg === "agent is healthy").length;
  return { port, scene, starts };
}

/** Upgrades in one round and goes back to the local version in the next one. */
function changing({ port, scene, starts }: Loaded): Subject {
  const upgrade: Wanted = { version: newer, file: newerCollector() };
  let upgraded = false;
  return {
    port,
    change: async () => {
      const before = starts();
      upgraded = !upgraded;
      scene.offer(...(upgraded ? [upgrade] : []));
      await eventually(() => starts() > before);
      const told = (): number | undefined => {
        const status = scene.last("packageStatuses")?.packages?.get("");
        return status === undefined ? undefined : (status.status ?? PackageStatusType.Installed);
      };
      await eventually(() => told() === (upgraded ? PackageStatusType.Installed : undefined));
    },
  };
}

function restarting({ port, scene, starts }: Loaded): Subject {
  return {
    port,
    change: async () => {
      const before = starts();
      scene.send({ command: { type: 0 } });
      await eventually(() => starts() > before);
    },
  };
}

test(
  "an upgrade and the way back cost the telemetry no more than a restart",
  async () => {
    const loaded = await loadedScene();
    const compared = await compareGaps(changing(loaded), restarting(loaded), isNoDearer);
    const [ours = 0, restart = 0] = [compared.ours[0], compared.bare[0]];
    process.stdout.write(`gap upgrade: ${ours.toFixed(0)} ms (restart ${restart.toFixed(0)} ms)\n`);
    expect(compared, "beside a restart").toSatisfy(isNoDearer);
  },
  4 * patienceMs,
);
