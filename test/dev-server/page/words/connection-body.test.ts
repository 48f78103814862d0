import { test, expect } from "vitest";
import { readConnections } from "../../../../src/dev-server/connections/connections-body.ts";
import {
  blankConnection,
  connectionBody,
  serverProblem,
} from "../../../../src/dev-server/page/words/connection-body.ts";

const address = { ...blankConnection, endpoint: "wss://opamp.example.com/v1/opamp" };

test.each(["opamp", "own_metrics", "own_logs", "own_traces", "other_connections"])(
  "the server reads what the form writes of %s",
  (kind) => {
    const body = connectionBody(kind, { ...address, name: "backend", heartbeat: "10" });
    expect(typeof readConnections(body)).toBe("object");
  },
);

test("only what is written goes along", () => {
  expect(readConnections(connectionBody("opamp", address))).toEqual({
    newCertificate: false,
    settings: { opamp: { destinationEndpoint: address.endpoint } },
  });
});

test.each([
  [blankConnection, /write an address/],
  [{ ...blankConnection, endpoint: "opamp.example.com" }, /expected an address with wss/],
  [{ ...blankConnection, endpoint: "javascript:alert(1)" }, /expected an address with wss/],
])("%j cannot be offered", (written, why) => {
  expect(serverProblem(written)).toMatch(why);
});

test.each([address, { ...blankConnection, certificate: true }, { ...blankConnection, ca: "PEM" }])(
  "%j can be",
  (written) => {
    expect(serverProblem(written)).toBeUndefined();
  },
);
