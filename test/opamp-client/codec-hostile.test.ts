import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import {
  encodeAgentToServer,
  encodeServerToAgent,
  decodeServerToAgent,
  decodeAgentToServer,
} from "../../src/opamp-client/wire/codec.ts";
import { addFrameHeader, readFrame } from "../../src/opamp-client/wire/ws-frame.ts";
import { fullAgentToServer, fullServerToAgent } from "../fixtures/wire/samples.ts";
import { seededDice, mutateFrame } from "../helpers/opamp/mutate-frame.ts";
import { messageTypes, protoRoot } from "../helpers/opamp/proto-root.ts";
import { delimited, nested, joined, tag, varint } from "../helpers/opamp/wire-bytes.ts";

const malformed = expect.objectContaining({ code: "message-malformed" }) as Error;

const { instanceUid, sequenceNum, capabilities } = fullAgentToServer;

/** What is sent every day, and every part of the full messages by itself. */
const frames = [
  ...Object.entries(fullAgentToServer).map(([key, value]: [string, unknown]) =>
    encodeAgentToServer({ instanceUid, sequenceNum, capabilities, [key]: value }),
  ),
  ...Object.entries(fullServerToAgent).map(([key, value]: [string, unknown]) =>
    encodeServerToAgent({ [key]: value }),
  ),
].map(addFrameHeader);

test("100,000 broken frames are read or refused, in good time, and leave nothing behind", () => {
  const dice = seededDice(1);
  const begin = performance.now();
  refuseOrRead(20_000, dice);
  const before = bytesInUse();
  const outcomes = refuseOrRead(80_000, dice);
  expect(bytesInUse() - before).toBeLessThan(4_000_000);
  expect(performance.now() - begin).toBeLessThan(60_000);
  expect([...outcomes.keys()].sort()).toEqual(["header", "message-malformed", "read"]);
  expect(Math.min(...outcomes.values())).toBeGreaterThan(500);
});

test("a broken message is refused where the proto files refuse it, but for the text in it", () => {
  const type = messageTypes(protoRoot()).get("ServerToAgent")!;
  const dice = seededDice(2);
  for (let count = 0; count < 5_000; count += 1) {
    const bytes = mutateFrame(frames, dice).subarray(1);
    const theirs = failureOf(() => type.decode(bytes));
    const ours = failureOf(() => decodeServerToAgent(bytes));
    if (theirs === undefined || !/UTF-?8/i.test(theirs))
      expect([ours === undefined, theirs, ours]).toEqual([theirs === undefined, theirs, ours]);
  }
});

test.each([
  [
    "values inside lists",
    "AgentToServer",
    (levels: number) => delimited(3, delimited(1, delimited(2, nested(levels, [1, 5])))),
  ],
  [
    "health inside health",
    "AgentToServer",
    (levels: number) => delimited(5, nested(levels, [2, 6])),
  ],
  [
    "components inside components",
    "AgentToServer",
    (levels: number) => delimited(14, delimited(1, delimited(2, nested(levels, [2, 2])))),
  ],
  ["groups inside groups", "ServerToAgent", (levels: number) => groups(levels)],
])("%s are refused beyond a depth, however deep", (_what, name, bytes) => {
  const decode = name === "AgentToServer" ? decodeAgentToServer : decodeServerToAgent;
  expect(() => decode(bytes(40))).not.toThrow();
  for (const levels of [150, 5_000]) expect(() => decode(bytes(levels))).toThrow(malformed);
  expect(() => decode(bytes(150))).toThrow(/deep|depth/);
});

test("a length that nothing follows allocates nothing", () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const length of [1_000, 2 ** 20, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2n ** 63n]) {
    for (const number of [1, 3, 4, 10])
      expect(() => decodeServerToAgent(joined(tag(number, 2), varint(length)))).toThrow(malformed);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
});

test("a message of very many tiny values is refused before it fills the memory", () => {
  const headers = (count: number): Uint8Array => {
    const body = new Uint8Array(count * 2);
    for (let at = 0; at < body.length; at += 2) body[at] = 0x0a;
    return delimited(4, delimited(2, delimited(2, body)));
  };
  const read = decodeServerToAgent(headers(10_000)).connectionSettings?.opamp?.headers?.headers;
  expect(read).toHaveLength(10_000);
  expect(() => decodeServerToAgent(headers(3_000_000))).toThrow(/more than \d+ values/);
});

test("bytes that are no text become the sign for it, and the rest of the message counts", () => {
  const bytes = joined(delimited(2, delimited(2, Uint8Array.of(0xff, 0x41))), tag(7, 0), varint(5));
  expect(decodeServerToAgent(bytes)).toEqual({
    errorResponse: { errorMessage: "\ufffdA" },
    capabilities: 5n,
  });
});

function refuseOrRead(count: number, dice: (below: number) => number): Map<string, number> {
  const outcomes = new Map<string, number>();
  for (let done = 0; done < count; done += 1) {
    const outcome = outcomeOf(mutateFrame(frames, dice), done % 2 === 0);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return outcomes;
}

function outcomeOf(frame: Uint8Array, toServer: boolean): string {
  const body = readFrame(frame);
  if (body === undefined) return "header";
  try {
    if (toServer) decodeAgentToServer(body);
    else decodeServerToAgent(body);
    return "read";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

function failureOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** What is still held once the garbage is collected. */
function bytesInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function groups(levels: number): Uint8Array {
  const marks = (wireType: number): Uint8Array[] =>
    Array.from({ length: levels }, () => tag(500, wireType));
  return joined(...marks(3), ...marks(4));
}
