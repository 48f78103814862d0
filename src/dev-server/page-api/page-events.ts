import type { ServerResponse } from "node:http";
import type { KeptNews } from "../kept/kept-fleet.ts";
import type { AgentRow, FleetChange, FleetCounts, ListName } from "../shapes/api-shapes.ts";

/** What a live view is made of. */
export interface ChangeFeed {
  /** Called after every change. */
  readonly listeners: Set<(news: KeptNews) => void>;
  counts(): FleetCounts;
  /** Undefined: nobody goes by this uid any more. */
  row(uid: string): AgentRow | undefined;
}

/** Many changes in a row become one notice. */
const gatherMs = 100;
/** Of more agents than this nothing is said but that all is to be read anew. */
const mostRows = 500;

/**
 * Streams `change` notices after changes of the fleet; the first one comes at once, for whoever reconnects. While a reader
 * does not read, nothing is written: what has changed meanwhile is remembered by name only, and only so much of it.
 */
export function answerEvents(feed: ChangeFeed, response: ServerResponse): void {
  const pending = gatherChanges();
  let timer: NodeJS.Timeout | undefined;
  const write = (change: FleetChange): void => {
    response.write(`event: change\ndata: ${JSON.stringify(change)}\n\n`);
  };
  const flush = (): void => {
    timer = undefined;
    if (!response.writableNeedDrain) write(pending.take(feed));
  };
  const gather = (): void => {
    timer ??= setTimeout(flush, gatherMs);
  };
  const listener = (news: KeptNews): void => {
    if (pending.add(news)) gather();
  };
  response.on("drain", () => {
    if (pending.some()) gather();
  });
  response.on("close", () => {
    feed.listeners.delete(listener);
    clearTimeout(timer);
  });
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.write("retry: 1000\n");
  write({ all: true, counts: feed.counts(), rows: [], forgotten: [], lists: [] });
  feed.listeners.add(listener);
}

interface PendingChanges {
  /** False when there is nothing in it to tell. */
  add(news: KeptNews): boolean;
  some(): boolean;
  take(feed: ChangeFeed): FleetChange;
}

function gatherChanges(): PendingChanges {
  const uids = new Set<string>();
  const lists = new Set<ListName>();
  let all = false;
  return {
    add: ({ records = [], forgotten = [], list }) => {
      for (const { uid } of records) uids.add(uid);
      for (const uid of forgotten) uids.add(uid);
      if (list !== undefined) lists.add(list);
      all ||= uids.size > mostRows;
      if (all) uids.clear();
      return all || uids.size > 0 || lists.size > 0;
    },
    some: () => all || uids.size > 0 || lists.size > 0,
    take: (feed) => {
      const found = [...uids].map((uid) => [uid, feed.row(uid)] as const);
      const change = {
        ...(all ? { all } : {}),
        counts: feed.counts(),
        rows: found.flatMap(([, row]) => row ?? []),
        forgotten: found.filter(([, row]) => row === undefined).map(([uid]) => uid),
        lists: [...lists],
      };
      all = false;
      uids.clear();
      lists.clear();
      return change;
    },
  };
}
