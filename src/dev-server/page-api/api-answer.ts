import type { Delivery } from "../fleet/fleet-state.ts";

/** A request of the JSON API whose body was read. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The media type of the body, in lower case; empty for none. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** What a request of the JSON API gets. */
export interface Answer {
  readonly status: number;
  readonly value: object;
}

const statuses = { pushed: 200, unchanged: 200, waiting: 202, refused: 409 } as const;

/** All went well. */
export function success(value: object): Answer {
  return { status: 200, value };
}

/** What became of a wish. */
export function delivered(delivery: Delivery): Answer {
  return { status: statuses[delivery.is], value: delivery };
}

/** A refusal. */
export function failure(status: number, error: string): Answer {
  return { status, value: { error } };
}

/** The body as JSON; what is not JSON is no wish either, and whoever reads it says what was expected. */
export function parse({ bytes }: ApiRequest): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}
