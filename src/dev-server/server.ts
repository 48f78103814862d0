import { type AgentWishes, createWishes } from "./agent-wishes.ts";
import { authorityOf, makeAuthority } from "./connections/authority.ts";
import type { Certificate } from "./connections/self-signed.ts";
import type { PostDevServerEvent } from "./fleet/dev-server-event.ts";
import { tooMuchOf } from "./fleet/held-bytes.ts";
import { type AgentView, viewFleet } from "./fleet/view.ts";
import { keepFleet, type KeptFleet, usualMostHeldBytes } from "./kept/kept-fleet.ts";
import { sweepSilent } from "./kept/sweep-silent.ts";
import { type Console, createConsole } from "./console/console.ts";
import { recordsIn } from "./console/record-store.ts";
import { createAnswering } from "./opamp/answer-agents.ts";
import { createOverloadSwitch, type OverloadSwitch } from "./opamp/overload.ts";
import { createOpampEndpoint, type OpampEndpoint } from "./opamp/opamp-endpoint.ts";
import { holdLogs, type HeldLogs } from "./logs/held-logs.ts";
import { logsAsked, type LogsPlace } from "./logs/logs-wish.ts";
import { createReceiveLogs, logsPath } from "./opamp/receive-logs.ts";
import { viewShelf } from "./page-api/page-packages.ts";
import { createPageServer } from "./page-api/page-server.ts";
import { layersOf } from "./rows/agent-layers.ts";
import { pageOf } from "./rows/agent-page.ts";
import { listRows, rowOf } from "./rows/agent-row.ts";
import type { LoadSqlite } from "./store/database.ts";
import { keepFleetIn, keptAuthority } from "./store/keep-state.ts";
import { inMemory, openState, type StateFile } from "./store/state-file.ts";
import { openShelf, watchShelf, type Shelf, type ShelfOptions } from "./shelf/shelf.ts";

/** What `createDevServer` wants to know; everything but the page's files has a default. */
export interface DevServerOptions {
  /** Where index.html, its scripts and its style are; they are read once, at the start. */
  readonly pageDirectory: string;
  /** Default 127.0.0.1. */
  readonly opampHost?: string;
  /** Default 4320; 0 takes any free port. */
  readonly opampPort?: number;
  /** Default 127.0.0.1; another address than a loopback one needs `pageToken`. */
  readonly pageHost?: string;
  /** What whoever uses the page or its API has to know; default: nothing. */
  readonly pageToken?: string | undefined;
  /** Where browsers reach the page through a proxy, such as https://console.example; another than a loopback one needs `pageToken`. */
  readonly pageOrigins?: readonly string[];
  /** Proxies, as addresses and networks, whose word is taken for where a request to the page has come from; default: none. */
  readonly pageProxies?: readonly string[];
  /** Default 4321; 0 takes any free port. */
  readonly pagePort?: number;
  /** PEM texts; without them the endpoint is plain ws and http. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** The exact Authorization header that every agent must send; default: everybody may connect. */
  readonly authorization?: string | undefined;
  /** Takes in who comes without that header, and sends it nothing until a person approves it; default: no. */
  readonly takesGuests?: boolean;
  /** Limit of each received and sent message, unpacked; default 64 MiB (specification.md#websocket-message-size-limits). */
  readonly maxMessageBytes?: number;
  /** Of what agents say of themselves so many bytes of messages are held; default 256 MiB. */
  readonly maxHeldBytes?: number;
  /** An agent on plain HTTP counts as disconnected after this silence; default 100 s, three polls and a bit. */
  readonly httpSilenceMs?: number;
  /** A folder with packages to offer; default: none. */
  readonly packages?: ShelfOptions | undefined;
  /** Where the state is kept beyond the life of the server; default: nowhere. */
  readonly state?: StateOptions | undefined;
  /** Who signs certificates of clients; default: the one that was kept, or one that is made at the start. */
  readonly authority?: Certificate | undefined;
  /** How long such a certificate is valid; default 30 days. */
  readonly certificateMs?: number;
  /** Asks each agent at its first connection to send its log lines here, where it has not been asked anything of connections; default: no. */
  readonly takesLogs?: boolean;
  /** The clock, ms since the epoch. */
  readonly now?: () => number;
}

/** A file that nobody else uses. */
export interface StateOptions {
  readonly path: string;
  readonly load?: LoadSqlite;
}

/** A running OpAMP server for people and tests. */
export interface DevServer extends AgentWishes {
  /** `ws://` or `wss://`, with the path; the same host, port and path answer plain HTTP. */
  readonly opampUrl: string;
  readonly pageUrl: string;
  /** Every agent that was ever seen, as plain values. */
  agents(): readonly AgentView[];
  /** The certificate of the authority for clients, PEM. */
  readonly authorityCert: string;
  /** The folder with packages; undefined: the server was started without one. */
  readonly shelf: Shelf | undefined;
  /** Resolves with the agents as soon as the predicate holds; rejects when it does not within the time. */
  waitFor(
    predicate: (agents: readonly AgentView[]) => boolean,
    timeoutMs: number,
  ): Promise<readonly AgentView[]>;
  close(): Promise<void>;
}

type WholeOptions = Required<DevServerOptions>;

/** Starts the OpAMP endpoint and the page; throws `port-in-use` when a port is taken. */
export async function createDevServer(
  options: DevServerOptions,
  post: PostDevServerEvent = () => undefined,
): Promise<DevServer> {
  const whole = withDefaults(options);
  const { now, maxMessageBytes } = whole;
  const kept = keepFleet(whole.maxHeldBytes);
  kept.listeners.add(({ overfull = [] }) => {
    for (const uid of overfull) {
      const record = kept.current().agents.get(uid);
      const why = record === undefined ? undefined : tooMuchOf(record)?.text;
      if (why !== undefined) post({ on: "too-much-to-keep", uid, why });
    }
  });
  const state = await stateOf(whole.state, post);
  keepFleetIn(state, kept);
  const made = whole.authority ?? keptAuthority(state, () => makeAuthority(now()));
  const authority = authorityOf(made, whole.certificateMs);
  const shelf =
    whole.packages === undefined
      ? undefined
      : await openShelf(whole.packages, () => kept.tell("packages"));
  const overload = createOverloadSwitch(now, () => kept.tell("overload"));
  const logs = holdLogs();
  kept.listeners.add(({ forgotten = [] }) => forgotten.forEach((uid) => logs.forget(uid)));
  const endpoint = await createOpampEndpoint(
    {
      host: whole.opampHost,
      port: whole.opampPort,
      tls: whole.tls,
      authorityCert: authority.cert,
      authorization: whole.authorization,
      takesGuests: whole.takesGuests,
      shelf,
      receiveLogs: createReceiveLogs(logs, (uid) => kept.current().agents.has(uid), now),
      maxMessageBytes,
      overload: overload.current,
    },
    createAnswering(kept, authority, now, state.flush, post, overload.current),
    post,
  );
  const logsPlace = {
    url: `${endpoint.origin}${logsPath}`,
    authorization: whole.authorization,
    certificate: whole.tls?.cert,
  };
  const limits = { ...whole, flush: state.flush, logsPlace };
  const wishes = createWishes(kept, endpoint, authority, shelf, limits);
  const fleetWide = createConsole({
    ...{ ...wishes, kept, store: recordsIn(state), now },
    hasPackage: (name, version) => shelf?.find(name, version) !== undefined,
    takesLogs: whole.takesLogs,
  });
  const parts = {
    ...{ kept, endpoint, wishes, fleetWide, shelf, state, logs, logsPlace, overload },
    authorityCert: authority.cert,
  };
  const page = await openPage(parts, whole, post);
  const stopSweeping = sweepSilent(kept, whole);
  const stopReading = shelf === undefined ? () => undefined : watchShelf(shelf);
  post({ on: "listening", opampUrl: endpoint.url, pageUrl: page.url });
  return {
    ...wishes,
    opampUrl: endpoint.url,
    pageUrl: page.url,
    authorityCert: authority.cert,
    shelf,
    agents: () => viewFleet(kept.current()),
    waitFor: (predicate, timeoutMs) => kept.waiters.waitFor(predicate, timeoutMs),
    close: async () => {
      stopSweeping();
      stopReading();
      fleetWide.close();
      overload.close();
      await Promise.all([endpoint.close(), page.close()]);
      kept.waiters.giveUp();
      state.close();
    },
  };
}

function withDefaults(options: DevServerOptions): WholeOptions {
  const now = options.now ?? Date.now;
  return {
    opampHost: "127.0.0.1",
    opampPort: 4320,
    pageHost: "127.0.0.1",
    pagePort: 4321,
    tls: undefined,
    authorization: undefined,
    maxMessageBytes: 64 * 1024 * 1024,
    maxHeldBytes: usualMostHeldBytes,
    httpSilenceMs: 100_000,
    packages: undefined,
    authority: undefined,
    state: undefined,
    pageToken: undefined,
    pageOrigins: [],
    pageProxies: [],
    takesLogs: false,
    takesGuests: false,
    certificateMs: 30 * 24 * 60 * 60 * 1000,
    now,
    ...options,
  };
}

/** What the page shows and does is done by these. */
interface Parts {
  readonly kept: KeptFleet;
  readonly endpoint: OpampEndpoint;
  readonly wishes: AgentWishes;
  readonly fleetWide: Console;
  readonly shelf: Shelf | undefined;
  readonly state: StateFile;
  readonly logs: HeldLogs;
  readonly logsPlace: LogsPlace;
  readonly overload: OverloadSwitch;
  readonly authorityCert: string;
}

async function openPage(
  { kept, endpoint, wishes, fleetWide, shelf, state, logs, logsPlace, overload, ...rest }: Parts,
  whole: WholeOptions,
  post: PostDevServerEvent,
): ReturnType<typeof createPageServer> {
  const fleet = kept.current();
  const startedAt = whole.now();
  try {
    return await createPageServer(
      {
        host: whole.pageHost,
        port: whole.pagePort,
        token: whole.pageToken,
        origins: whole.pageOrigins,
        proxies: whole.pageProxies,
        directory: whole.pageDirectory,
        maxBodyBytes: whole.maxMessageBytes,
      },
      {
        ...wishes,
        ...fleetWide,
        opampUrl: endpoint.url,
        shelf: () => (shelf === undefined ? undefined : viewShelf(shelf)),
        list: () => listRows(fleet),
        has: (uid) => fleet.agents.has(uid),
        find: (uid) => {
          const record = fleet.agents.get(uid);
          return record === undefined ? undefined : pageOf(record, fleet, shelf !== undefined);
        },
        row: (uid) => {
          const record = fleet.agents.get(uid);
          return record === undefined ? undefined : rowOf(record);
        },
        overload,
        counts: kept.counts,
        overview: () => ({
          opampUrl: endpoint.url,
          counts: kept.counts(),
          startedAt,
          now: whole.now(),
          authorityCert: rest.authorityCert,
          state: { file: state.path, problem: state.problem() },
        }),
        layers: (uid) => {
          const record = fleet.agents.get(uid);
          return record === undefined ? undefined : layersOf(record);
        },
        logs: (uid, after) => {
          const record = fleet.agents.get(uid);
          if (record === undefined) return undefined;
          const lines = logs.after(uid, after);
          const counts = { dropped: logs.dropped(uid), unknownLines: logs.unknown() };
          return { lines, ...counts, ...logsAsked(record, logsPlace) };
        },
        listeners: kept.listeners,
      },
      post,
    );
  } catch (error) {
    fleetWide.close();
    await endpoint.close();
    state.close();
    throw error;
  }
}

async function stateOf(
  options: StateOptions | undefined,
  post: PostDevServerEvent,
): Promise<StateFile> {
  if (options === undefined) return inMemory();
  const { path, load = () => import("node-sqlite3-wasm") } = options;
  return openState(path, load, post);
}
