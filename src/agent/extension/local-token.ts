import { randomBytes, timingSafeEqual, createHash } from "node:crypto";

/** Where the agent's own OpAMP extension finds us, and the secret by which we recognise it. */
export interface LocalEndpoint {
  /** 0: any free one. */
  readonly port: number;
  readonly secret: string;
}

/** The header that carries the token; the agent takes the token from its environment. */
export const tokenHeader = "x-opampsupervisor-token";

/** A secret that nobody can guess. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The token of one run of the agent. It holds the number of the run, so that no message is taken for one of another
 * run.
 */
export function tokenOf(secret: string, run: number): string {
  return `${run}.${secret}`;
}

/** The run whose token this is; undefined for anything else. Takes the same time for every wrong secret. */
export function runOfToken(secret: string, token: string | undefined): number | undefined {
  const [, run = "", shown = ""] = /^(\d{1,15})\.(.*)$/s.exec(token ?? "") ?? [];
  return timingSafeEqual(digestOf(shown), digestOf(secret)) ? Number(run) : undefined;
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
