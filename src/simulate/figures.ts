/** What a simulation has seen so far; times are in ms on a clock that only goes on. */
export interface Figures {
  readonly wanted: number;
  readonly beganAt: number;
  readonly connected: number;
  readonly mostConnected: number;
  /** When all were connected for the first time. */
  readonly allConnectedAt: number | undefined;
  /** Connections that came up, the first ones included. */
  readonly connections: number;
  /** Connections that broke. */
  readonly lost: number;
  readonly received: number;
  /** Offers of configurations that were new to an agent. */
  readonly offers: number;
  readonly applied: number;
  readonly failed: number;
  /** The newest ones last. */
  readonly waves: readonly Wave[];
  /** What went wrong, and how often. */
  readonly errors: ReadonlyMap<string, number>;
}

/** One configuration on its way through the agents. */
export interface Wave {
  readonly hash: string;
  readonly offered: number;
  readonly applied: number;
  readonly failed: number;
  readonly firstOfferAt: number;
  readonly lastOfferAt: number;
  readonly firstAppliedAt: number | undefined;
  readonly lastAppliedAt: number | undefined;
}

/** What can happen to an agent that somebody counts. */
export type Happening =
  | { readonly on: "connected" | "received" }
  /** `why` is undefined where the simulation itself ended the connection. */
  | { readonly on: "lost"; readonly why: string | undefined }
  | { readonly on: "error"; readonly why: string }
  /** `again`: it had failed with this very one. */
  | { readonly on: "offered"; readonly hash: string; readonly again: boolean }
  | { readonly on: "applied" | "failed"; readonly hash: string };

const mostWaves = 100;
const mostErrors = 20;
const otherErrors = "other errors";

/** Nothing has happened yet. */
export function noFigures(wanted: number, beganAt: number): Figures {
  return {
    wanted,
    beganAt,
    connected: 0,
    mostConnected: 0,
    allConnectedAt: undefined,
    connections: 0,
    lost: 0,
    received: 0,
    offers: 0,
    applied: 0,
    failed: 0,
    waves: [],
    errors: new Map(),
  };
}

/** The figures with what has just happened. */
export function count(figures: Figures, happening: Happening, now: number): Figures {
  switch (happening.on) {
    case "connected": {
      const connected = figures.connected + 1;
      const all = connected >= figures.wanted ? now : undefined;
      return {
        ...figures,
        connected,
        mostConnected: Math.max(figures.mostConnected, connected),
        connections: figures.connections + 1,
        allConnectedAt: figures.allConnectedAt ?? all,
      };
    }
    case "received":
      return { ...figures, received: figures.received + 1 };
    case "lost": {
      const after = { ...figures, connected: figures.connected - 1, lost: figures.lost + 1 };
      return happening.why === undefined ? after : withError(after, happening.why);
    }
    case "error":
      return withError(figures, happening.why);
    case "offered": {
      const after = withWave(figures, happening.hash, offered(happening.again, now), true);
      return { ...after, offers: figures.offers + 1 };
    }
    case "applied":
      return { ...withWave(figures, happening.hash, applied(now)), applied: figures.applied + 1 };
    case "failed": {
      const after = withWave(figures, happening.hash, (wave) => {
        return { ...wave, failed: wave.failed + 1 };
      });
      return { ...after, failed: figures.failed + 1 };
    }
  }
}

/** Whether what somebody waits for has come: all connected, or a verdict of all about the newest configuration. */
export function isReached(until: "connected" | "applied", figures: Figures): boolean {
  if (until === "connected") return figures.allConnectedAt !== undefined;
  const newest = figures.waves.at(-1);
  return newest !== undefined && newest.applied + newest.failed >= figures.wanted;
}

function withError(figures: Figures, why: string): Figures {
  const { errors } = figures;
  const key = errors.has(why) || errors.size < mostErrors ? why : otherErrors;
  return { ...figures, errors: new Map(errors).set(key, (errors.get(key) ?? 0) + 1) };
}

const offered =
  (again: boolean, now: number) =>
  (wave: Wave): Wave => {
    const counts = again ? { failed: wave.failed - 1 } : { offered: wave.offered + 1 };
    return { ...wave, ...counts, lastOfferAt: now };
  };

const applied =
  (now: number) =>
  (wave: Wave): Wave => ({
    ...wave,
    applied: wave.applied + 1,
    firstAppliedAt: wave.firstAppliedAt ?? now,
    lastAppliedAt: now,
  });

// Agents that have had another one since and come back to a configuration are a wave of their own.
function withWave(
  figures: Figures,
  hash: string,
  change: (wave: Wave) => Wave,
  mayBegin = false,
): Figures {
  const { waves } = figures;
  const at = waves.findLastIndex((wave) => wave.hash === hash);
  const known = waves[at];
  const isOver = at < waves.length - 1 && known !== undefined && isDecided(known);
  if (known !== undefined && !(mayBegin && isOver)) {
    return { ...figures, waves: waves.with(at, change(known)) };
  }
  const times = { firstAppliedAt: undefined, lastAppliedAt: undefined };
  const began = { firstOfferAt: NaN, lastOfferAt: NaN };
  const first = change({ hash, offered: 0, applied: 0, failed: 0, ...times, ...began });
  const wave = { ...first, firstOfferAt: first.lastOfferAt };
  return { ...figures, waves: [...waves.slice(1 - mostWaves), wave] };
}

function isDecided({ offered, applied, failed }: Wave): boolean {
  return applied + failed >= offered;
}
