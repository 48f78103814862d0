import type { ServerResponse } from "node:http";

/** Many changes in a row become one notice. */
const gatherMs = 100;

/** Streams a `change` notice after changes of the fleet; the first one comes at once, for whoever reconnects. */
export function answerEvents(listeners: Set<() => void>, response: ServerResponse): void {
  let timer: NodeJS.Timeout | undefined;
  const notify = (): void => {
    timer = undefined;
    response.write("event: change\ndata: {}\n\n");
  };
  const listener = (): void => {
    timer ??= setTimeout(notify, gatherMs);
  };
  response.on("close", () => {
    listeners.delete(listener);
    clearTimeout(timer);
  });
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.write("retry: 1000\n");
  notify();
  listeners.add(listener);
}
