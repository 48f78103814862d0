import { request } from "node:http";

/** What a client has seen so far. */
export interface OtlpTally {
  readonly successes: number;
  readonly failures: number;
  /** Longest time between two answers of success, also from the last one until now; undefined before the first. */
  readonly longestGapMs: number | undefined;
}

/** Somebody who sends spans all the time. */
export interface OtlpClient {
  readonly tally: () => OtlpTally;
  /** Counts from now on, for example from a change on; the last success stays the start of the gap. */
  readonly forget: () => void;
  /** Sends no more; resolves when all that was sent is answered. */
  readonly stop: () => Promise<OtlpTally>;
}

const patienceMs = 1_000;

/**
 * Posts one span as OTLP/HTTP JSON to a port of the loopback at an interval, each on a connection of its own. It never
 * waits for an answer before it sends the next one, so that a gap is the collector's and not the client's.
 */
export function startOtlpClient(port: number, everyMs = 20): OtlpClient {
  const pending = new Set<Promise<void>>();
  let [successes, failures, longestGapMs, sent] = [0, 0, 0, 0];
  let lastSuccessAt: number | undefined;

  const gapMs = (): number =>
    lastSuccessAt === undefined ? 0 : Math.max(longestGapMs, performance.now() - lastSuccessAt);
  const tally = (): OtlpTally => ({
    successes,
    failures,
    longestGapMs: lastSuccessAt === undefined ? undefined : gapMs(),
  });
  const count = (succeeded: boolean): void => {
    if (!succeeded) {
      failures += 1;
      return;
    }
    longestGapMs = gapMs();
    lastSuccessAt = performance.now();
    successes += 1;
  };
  const timer = setInterval(() => {
    const posting = postTraces(port, oneSpan(sent++), patienceMs).then(count);
    pending.add(posting);
    void posting.finally(() => pending.delete(posting));
  }, everyMs);

  return {
    tally,
    forget: () => {
      [successes, failures, longestGapMs] = [0, 0, 0];
    },
    stop: async () => {
      clearInterval(timer);
      const last = tally();
      await Promise.all(pending);
      return { ...last, successes, failures };
    },
  };
}

/** Sends traces as JSON; true when the collector took them. */
export function postTraces(port: number, body: string, waitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const posting = request(
      {
        host: "127.0.0.1",
        port,
        path: "/v1/traces",
        method: "POST",
        agent: false,
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        signal: AbortSignal.timeout(waitMs),
      },
      (response) => {
        response.on("error", () => resolve(false));
        response.resume().on("end", () => resolve(response.statusCode === 200));
      },
    );
    posting.on("error", () => resolve(false));
    posting.end(body);
  });
}

function oneSpan(number: number): string {
  const id = (number + 1).toString(16);
  const span = {
    traceId: id.padStart(32, "0"),
    spanId: id.padStart(16, "0"),
    name: "a span of the test",
    kind: 1,
    startTimeUnixNano: "1700000000000000000",
    endTimeUnixNano: "1700000000001000000",
  };
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
}
