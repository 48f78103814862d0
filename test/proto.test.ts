import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { test, expect } from "vitest";
import * as words from "../src/opamp-client/wire/messages.ts";
import { messageFields, enumValues } from "./fixtures/wire/fields.ts";
import { protoRoot, messageTypes, enumTypes } from "./helpers/opamp/proto-root.ts";

const root = protoRoot();

test("the proto files have exactly the messages of the protocol", () => {
  expect([...messageTypes(root).keys()].sort()).toEqual(Object.keys(messageFields).sort());
  expect([...enumTypes(root).keys()].sort()).toEqual(Object.keys(enumValues).sort());
});

test.each(Object.entries(messageFields))("%s has the fields of the protocol", (name, fields) => {
  const type = messageTypes(root).get(name);
  expect(type?.fieldsArray.map(lineOf).join("; ")).toBe(fields);
});

test.each(Object.entries(enumValues))("%s has the values of the protocol", (name, values) => {
  const found = Object.entries(enumTypes(root).get(name)!.values);
  expect(found.map(([word, number]) => `${word} ${number}`).join("; ")).toBe(
    values.replaceAll(/(^|; )/g, `$1${name}_`),
  );
});

test("the constants of messages.ts are the enums of the protocol", () => {
  expect(numbersOf(words.AgentCapability)).toEqual(lowerCased("AgentCapabilities"));
  expect(numbersOf(words.ServerCapability)).toEqual(lowerCased("ServerCapabilities"));
  expect(numbersOf(words.AgentFlag)).toEqual(lowerCased("AgentToServerFlags"));
  expect(numbersOf(words.ServerFlag)).toEqual(lowerCased("ServerToAgentFlags"));
  expect(numbersOf(words.ConfigStatus)).toEqual(lowerCased("RemoteConfigStatuses"));
  expect(numbersOf(words.ConfigStatus)).toEqual(lowerCased("ConnectionSettingsStatuses"));
  expect(numbersOf(words.ServerErrorType)).toEqual(lowerCased("ServerErrorResponseType"));
  expect(numbersOf(words.CommandType)).toEqual(lowerCased("CommandType"));
});

test("the package and the import path are those of the protocol", () => {
  const text = readFileSync(new URL("../proto/opamp/v1/opamp.proto", import.meta.url), "utf8");
  expect(protobuf.parse(text)).toMatchObject({
    package: "opamp.proto.v1",
    imports: ["opamp/v1/anyvalue.proto"],
  });
});

function lineOf(field: protobuf.Field): string {
  const repeated = field.repeated ? "rep " : "";
  const type =
    field instanceof protobuf.MapField ? `map<${field.keyType},${field.type}>` : field.type;
  const oneof = field.partOf === null ? "" : ` <${field.partOf.name}>`;
  return `${field.id} ${field.name} ${repeated}${type}${oneof}`;
}

function numbersOf(constants: Readonly<Record<string, number | bigint>>): Record<string, number> {
  const entries = Object.entries(constants);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), Number(value)]));
}

function lowerCased(name: string): Record<string, number> {
  const entries = enumValues[name]!.split("; ").map((one) => one.split(" "));
  const pairs = entries.map(([word, number]) => [word!.toLowerCase(), Number(number)]);
  return Object.fromEntries(pairs.filter(([word]) => word !== "unspecified")) as Record<
    string,
    number
  >;
}
