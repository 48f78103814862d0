import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { answerEvents, type ChangeFeed } from "../../../src/dev-server/page-api/page-events.ts";
import { receive } from "../../../src/dev-server/fleet/fleet.ts";
import { keepFleet, type KeptFleet } from "../../../src/dev-server/kept/kept-fleet.ts";
import { rowOf } from "../../../src/dev-server/rows/agent-row.ts";
import type { FleetChange } from "../../../src/dev-server/shapes/api-shapes.ts";
import { until } from "../../helpers/until.ts";
import { full } from "../conversation.ts";
import { uidOf } from "../raw-agent.ts";

/** A reader that says itself whether it has room. */
function reader(): {
  readonly response: ServerResponse;
  readonly changes: FleetChange[];
  readonly stops: () => void;
  readonly goesOn: () => void;
  readonly leaves: () => void;
} {
  const emitter = new EventEmitter();
  const changes: FleetChange[] = [];
  const response = Object.assign(emitter, {
    writableNeedDrain: false,
    writeHead: () => undefined,
    write: (text: string) => {
      const data = /^data: (.*)$/m.exec(text)?.[1];
      if (data !== undefined) changes.push(JSON.parse(data) as FleetChange);
      return true;
    },
  });
  const leaves = (): void => void emitter.emit("close");
  onTestFinished(leaves);
  return {
    response: response as unknown as ServerResponse,
    changes,
    stops: () => {
      response.writableNeedDrain = true;
    },
    goesOn: () => {
      response.writableNeedDrain = false;
      emitter.emit("drain");
    },
    leaves,
  };
}

function feedOf(kept: KeptFleet): ChangeFeed {
  return {
    listeners: kept.listeners,
    counts: kept.counts,
    row: (uid) => {
      const record = kept.current().agents.get(uid);
      return record === undefined ? undefined : rowOf(record);
    },
  };
}

function comes(kept: KeptFleet, byte: number, byte2 = 0): void {
  const instanceUid = uidOf(byte);
  instanceUid[1] = byte2;
  const connection = { id: `ws-${byte}-${byte2}`, transport: "websocket" } as const;
  const message = { ...full(byte, 0n), instanceUid };
  kept.learn(receive(kept.current(), { connection, message, now: 1, freshUid: uidOf(9) }).news);
}

test("a listener is told to read everything, and then of each changed row with the counts", async () => {
  const kept = keepFleet();
  const { response, changes } = reader();
  answerEvents(feedOf(kept), response);
  expect(changes).toMatchObject([{ all: true, counts: { total: 0 }, rows: [], forgotten: [] }]);
  comes(kept, 1, 1);
  kept.tell("rollouts");
  await until(() => changes.length > 1);
  expect(changes[1]).toMatchObject({ counts: { total: 1 }, rows: [{}], lists: ["rollouts"] });
  expect(changes[1]?.all).toBeUndefined();
  const uid = changes[1]?.rows[0]?.uid ?? "";
  kept.learn({ forgotten: [uid] });
  await until(() => changes.length > 2);
  expect(changes[2]).toMatchObject({ counts: { total: 0 }, rows: [], forgotten: [uid] });
});

test("a listener that does not read is remembered by names, and of many by one word", async () => {
  const kept = keepFleet();
  const { response, changes, stops, goesOn } = reader();
  answerEvents(feedOf(kept), response);
  stops();
  for (let byte = 0; byte < 250; byte += 1) comes(kept, 1, byte);
  const other = reader();
  answerEvents(feedOf(kept), other.response);
  kept.tell("groups");
  await until(() => other.changes.length > 1);
  expect(changes).toHaveLength(1);
  goesOn();
  await until(() => changes.length > 1);
  expect(changes[1]?.rows).toHaveLength(250);
  stops();
  for (let byte = 2; byte < 6; byte += 1)
    for (let last = 0; last < 250; last += 1) comes(kept, byte, last);
  goesOn();
  await until(() => changes.length > 2);
  expect(changes[2]).toMatchObject({ all: true, rows: [], counts: { total: 1250 } });
});

test("a listener that leaves is told nothing more", () => {
  const kept = keepFleet();
  const { response, leaves } = reader();
  answerEvents(feedOf(kept), response);
  expect(kept.listeners.size).toBe(1);
  leaves();
  expect(kept.listeners.size).toBe(0);
});
