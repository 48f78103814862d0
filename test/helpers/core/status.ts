import {
  type StatusAnswer,
  type StatusHost,
  statusAnswer,
} from "../../../src/supervisor/core/report/status/status-answer.ts";
import type { StatusMoment } from "../../../src/supervisor/core/report/status/status-time.ts";
import type { CoreSettings } from "../../../src/supervisor/core/state/core-settings.ts";
import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import { policy } from "./core-samples.ts";
import type { World } from "./world.ts";

/** A machine on which a supervisor runs. */
export const host: StatusHost = {
  version: "1.0.0",
  pid: 100,
  begunAt: 1_000_000,
  endpoint: "wss://who:secret-word@first.example.com/v1/opamp?token=secret-word",
  paths: {
    settings: "/etc/opampsupervisor/supervisor.yaml",
    storage: "/var/lib/opampsupervisor",
    effectiveConfig: "/var/lib/opampsupervisor/effective.yaml",
    agentLog: "/var/lib/opampsupervisor/agent.log",
    supervisorLogs: ["stdout"],
  },
  certificates: [],
};

/** This moment of a world, whose clocks show the same. */
export function momentOf(world: World): StatusMoment {
  return { at: world.now(), wall: wallTime(world.now()) };
}

/** What a person is told now. */
export function statusOf(world: World, core: CoreSettings = policy): StatusAnswer {
  return statusAnswer(world.state(), core, momentOf(world), host);
}
