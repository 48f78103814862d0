/** A line for the log that is not sent by telemetry again. */
export interface TelemetryLog {
  readonly warn: (fields: object, message: string) => void;
  readonly info: (fields: object, message: string) => void;
}

/** Says in the log what goes wrong with sending, never often. */
export interface TellTrouble {
  readonly away: (reason: string) => void;
  readonly over: () => void;
  readonly refused: (items: number, reason: string) => void;
  readonly dropped: (items: number) => void;
}

const pauseMs = 60_000;

/** For one signal and destination; each kind is told once a minute at most, with all that has come together since. */
export function createTellTrouble(
  signal: string,
  endpoint: string,
  log: TelemetryLog,
  now: () => number = () => performance.now(),
): TellTrouble {
  const told = new Map<string, number>();
  let [dropped, refused] = [0, 0];
  const due = (kind: string): boolean => {
    const last = told.get(kind);
    if (last !== undefined && now() - last < pauseMs) return false;
    told.set(kind, now());
    return true;
  };
  return {
    away: (reason) => {
      if (due("away")) log.warn({ signal, endpoint, reason }, "telemetry cannot be sent and waits");
    },
    over: () => {
      if (due("over")) log.info({ signal, endpoint }, "telemetry is sent again");
    },
    refused: (items, reason) => {
      refused += items;
      if (!due("refused")) return;
      log.warn({ signal, endpoint, items: refused, reason }, "telemetry was refused and is lost");
      refused = 0;
    },
    dropped: (items) => {
      dropped += items;
      if (!due("dropped")) return;
      log.warn({ signal, endpoint, items: dropped }, "telemetry was dropped: too much waits");
      dropped = 0;
    },
  };
}
