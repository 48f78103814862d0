import type { IncomingMessage } from "node:http";
import { readBody } from "../opamp/posted-body.ts";
import { endOfCookie, type PageAccess, slowed } from "./page-access.ts";

/** What a login or logout gets. */
interface SessionAnswer {
  readonly status: 200 | 400 | 401 | 429;
  readonly why: string;
  readonly cookie?: string;
}

const mostBytes = 10_000;

/** Answers POST /api/login `{"token": text}` and POST /api/logout; undefined: it is another request. */
export async function answerSession(
  access: PageAccess,
  request: IncomingMessage,
): Promise<SessionAnswer | undefined> {
  if (request.method !== "POST") return undefined;
  if (request.url === "/api/logout") return { status: 200, why: "", cookie: endOfCookie };
  if (request.url !== "/api/login") return undefined;
  if (access.isSlowed(request)) return slowed;
  const body = await readBody(request, mostBytes);
  const token = body.is === "body" ? tokenIn(body.bytes) : undefined;
  if (token === undefined) return { status: 400, why: 'expected {"token": text}' };
  const cookie = access.cookieFor(token);
  if (cookie !== undefined) {
    // A page that was reached by TLS never sends it without.
    const isSafe = request.headers.origin?.startsWith("https://") === true;
    return { status: 200, why: "", cookie: isSafe ? `${cookie}; Secure` : cookie };
  }
  access.noteFailure(request);
  return { status: 401, why: "expected the token that this server was started with" };
}

function tokenIn(bytes: Uint8Array): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    if (typeof value !== "object" || value === null || !("token" in value)) return undefined;
    return typeof value.token === "string" ? value.token : undefined;
  } catch {
    // It is answered with what was expected.
    return undefined;
  }
}
