import type { CreateTransport } from "./transport.ts";

/** Whether messages go by POST and not over a WebSocket. */
export function pollsOver(endpoint: string): boolean {
  return /^https?:/i.test(endpoint);
}

/** The transport for this endpoint; the code of the other one is never loaded. */
export async function loadTransport(endpoint: string): Promise<CreateTransport> {
  if (pollsOver(endpoint)) return (await import("./http-transport.ts")).createHttpTransport;
  return (await import("./ws-transport.ts")).createWsTransport;
}
