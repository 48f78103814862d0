/** Why the API did not do what it was asked for. */
export interface ApiProblem {
  /** Status code of HTTP. */
  readonly code: number;
  /** One word of Kubernetes, for example `Forbidden`; empty where something else has answered. */
  readonly reason: string;
  readonly message: string;
  /** It asks for so much time before the next attempt. */
  readonly retryAfterMs: number | undefined;
}

/** Reads the answer to a request that was refused. */
export function problemOf(code: number, text: string, retryAfter: string | undefined): ApiProblem {
  const seconds = Number(retryAfter);
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
  const { reason, message } = statusOf(text);
  return { code, reason, message: message ?? `answered with status ${code}`, retryAfterMs };
}

/** True where the same request may be granted soon, without anybody doing anything. */
export function passes({ code }: ApiProblem): boolean {
  return code === 401 || code === 429 || code >= 500;
}

function statusOf(text: string): { readonly reason: string; readonly message?: string } {
  try {
    const { kind, reason, message } = JSON.parse(text) as Record<string, unknown>;
    if (kind !== "Status" || typeof message !== "string") return { reason: "" };
    return { reason: typeof reason === "string" ? reason : "", message };
  } catch {
    // Something between us and the API has answered.
    return { reason: "" };
  }
}
