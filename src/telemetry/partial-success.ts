import { Reader } from "protobufjs/minimal.js";
import { readScalar } from "../opamp-client/wire/scalars.ts";

/** What a receiver did not take of a request that has arrived. */
export interface Rejected {
  readonly items: number;
  /** In the receiver's words, or ours where it has none. */
  readonly why: string;
}

/** The receiver may say what it likes. */
const longestWords = 300;

/** The `partial_success` of an answer of any signal (OTLP); undefined where all was taken, or where it says nothing. */
export function rejectedIn(contentType: string, body: Uint8Array): Rejected | undefined {
  try {
    if (/^application\/x-protobuf\b/i.test(contentType)) return inProtobuf(body);
    if (/^application\/json\b/i.test(contentType)) return inJson(Buffer.from(body).toString());
  } catch {
    // It has arrived, whatever else the receiver wanted to say.
  }
  return undefined;
}

/** The three answers have other names for the same fields: 1 is partial_success, in it 1 the count and 2 the message. */
function inProtobuf(body: Uint8Array): Rejected | undefined {
  const answer = readerOf(body);
  let [items, message] = [0n, ""];
  eachField(answer, (field) => {
    if (field !== delimited(1)) return false;
    const partial = readerOf(answer.bytes());
    eachField(partial, (inner) => {
      if (inner === varint(1)) items = readScalar(partial, "int64") as bigint;
      else if (inner === delimited(2)) message = readScalar(partial, "string") as string;
      else return false;
      return true;
    });
    return true;
  });
  return rejected(Number(items), message);
}

const varint = (field: number): number => field * 8;
const delimited = (field: number): number => field * 8 + 2;

function eachField(reader: Reader, read: (tag: number) => boolean): void {
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (!read(tag)) reader.skipType(tag & 7, 0, tag >>> 3);
  }
}

/** Over exactly these bytes, and never a Buffer. */
function readerOf(bytes: Uint8Array): Reader {
  return new Reader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function inJson(text: string): Rejected | undefined {
  const { partialSuccess = {} } = JSON.parse(text) as { partialSuccess?: Record<string, unknown> };
  const [, items] =
    Object.entries(partialSuccess).find(([key]) => key.startsWith("rejected")) ?? [];
  const { errorMessage } = partialSuccess;
  return rejected(Number(items ?? 0), typeof errorMessage === "string" ? errorMessage : "");
}

function rejected(items: number, message: string): Rejected | undefined {
  if (!(items > 0)) return undefined;
  const words = message === "" ? "" : `: ${message.slice(0, longestWords)}`;
  return { items, why: `the receiver took only a part${words}` };
}
