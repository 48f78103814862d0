import { messageOf } from "../../errors.ts";
import { healthOf } from "../core/report/full-report.ts";
import type { State } from "../core/state/state.ts";
import type { InUse } from "../inputs/in-use.ts";
import { endpointsOf } from "../server/server-target.ts";
import type { ManagerLink, ManagerOwner } from "./notify-manager.ts";
import { type NotifySources, news } from "./notify-words.ts";

type Environment = ReadonlyMap<string, string>;

/** What is told, and whom to tell of trouble. */
interface NotifyOwner extends Omit<ManagerOwner, "news"> {
  readonly state: () => State;
  readonly inUse: () => InUse;
  readonly begunAt: NotifySources["begunAt"];
}

const silent: ManagerLink = {
  settled: () => undefined,
  reloading: () => undefined,
  reloaded: () => undefined,
  end: () => undefined,
};

/** Beyond the time that the agent has for its end: what it takes to kill it, and to say goodbye to the server. */
const goodbyeMs = 20_000;

/** Loads what tells the service manager how it goes, where there is one that wants to know. */
export function startNotify(environment: Environment, owner: NotifyOwner): ManagerLink {
  const { state, now } = owner;
  const from = sources(owner);
  return connectManager(environment, {
    ...owner,
    news: (told) => news(told, state(), now(), from),
  });
}

/** The same for whoever has other news. */
export function connectManager(environment: Environment, owner: ManagerOwner): ManagerLink {
  const socket = environment.get("NOTIFY_SOCKET") ?? "";
  if (socket === "") return silent;
  let link = silent;
  let ended = false;
  const open = async (): Promise<void> => {
    try {
      const { openManagerLink } = await import("./notify-manager.ts");
      if (ended) return;
      const watchdogMs = watchdogOf(environment, process.pid);
      const searchPath = environment.get("PATH") ?? "";
      link = openManagerLink({ socket, watchdogMs, searchPath }, owner);
    } catch (error) {
      owner.log.error({ reason: messageOf(error) }, "the service manager is told nothing");
    }
  };
  // Behind what is under way now: the connection and the start of the agent.
  setImmediate(() => void open());
  return {
    settled: () => link.settled(),
    reloading: () => link.reloading(),
    reloaded: () => link.reloaded(),
    end: () => {
      ended = true;
      link.end();
    },
  };
}

function sources({ inUse, begunAt }: NotifyOwner): NotifySources {
  return {
    begunAt,
    health: (state) => healthOf(state, inUse().profile),
    server: ({ connections }) => {
      const [first, second] = endpointsOf(inUse().settings.server, connections.server);
      return first === undefined || second !== undefined ? undefined : hostOf(first);
    },
    drainMs: () => inUse().settings.agent.stopTimeoutMs + goodbyeMs,
  };
}

function hostOf(endpoint: string): string | undefined {
  return URL.canParse(endpoint) ? new URL(endpoint).host : undefined;
}

/** How often a sign of life is wanted; undefined where none is, or from another process. */
export function watchdogOf(environment: Environment, ownPid: number): number | undefined {
  const pid = environment.get("WATCHDOG_PID") ?? "";
  const wantedUs = Number(environment.get("WATCHDOG_USEC") ?? "");
  const isOurs = pid === "" || pid === String(ownPid);
  return isOurs && Number.isFinite(wantedUs) && wantedUs > 0 ? wantedUs / 1_000 : undefined;
}
