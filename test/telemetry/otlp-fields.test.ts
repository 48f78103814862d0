import type protobuf from "protobufjs";
import { test, expect } from "vitest";
import { encodeMessage } from "../../src/opamp-client/wire/encode.ts";
import { otlpTable } from "../../src/telemetry/otlp-fields.ts";
import { otlpRoot, decodeOtlp } from "../helpers/otlp/otlp-messages.ts";

const root = otlpRoot();
const scalars: Readonly<Record<string, string>> = { int32: "enum", sfixed64: "fixed64" };

test.each(Object.entries(otlpTable.messages))("%s has the numbers of the proto", (name, fields) => {
  const type = root.lookupType(name);
  for (const [key, [number, kind, many]] of Object.entries(fields)) {
    const field = type.fields[key];
    expect([key, field?.id], name).toEqual([key, number]);
    expect(kindOf(field!)).toBe(kind);
    expect(field?.repeated === true).toBe(many === "list");
  }
});

function kindOf({ type }: protobuf.Field): string {
  return scalars[type] ?? type;
}

test("messages with a oneof are those that write zeros", () => {
  const withOneof = Object.keys(otlpTable.messages).filter((name) =>
    // Of the members of Metric.data none can be zero.
    root.lookupType(name).fieldsArray.some(({ partOf }) => partOf?.name === "value"),
  );
  expect(withOneof).toEqual([...otlpTable.oneofs]);
});

test("a zero is a value where it is one", () => {
  const value = { dataPoints: [{ asInt: 0n, timeUnixNano: 5n }, { asDouble: 0 }] };
  expect(decodeOtlp("Gauge", encodeMessage("Gauge", value, otlpTable))).toEqual({
    dataPoints: [{ asInt: "0", timeUnixNano: "5" }, { asDouble: 0 }],
  });
});
