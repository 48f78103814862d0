import { createServer } from "node:http";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { test, expect } from "vitest";
import {
  connectFailure,
  statusFailure,
  pageFailure,
} from "../../../src/opamp-client/transport/connect-failure.ts";

const endpoint = "wss://opamp.example:4320/v1/opamp?token=secret";

function failure(code: string, message = "original words"): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  ["ECONNREFUSED", "nothing listens there"],
  ["ENOTFOUND", "the host name does not exist"],
  ["EAI_AGAIN", "the name service did not answer"],
  ["EHOSTUNREACH", "no route to the host"],
  ["CERT_HAS_EXPIRED", "has expired"],
  ["CERT_NOT_YET_VALID", "check the clock"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "is not for opamp.example: use a name"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "signed by itself"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "tls.ca_file"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls.ca_file"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "tls.ca_file"],
])("%s is explained, with the host and the original words", (code, words) => {
  const text = connectFailure(failure(code), endpoint);
  expect(text).toContain("opamp.example:4320");
  expect(text).toContain(words);
  expect(text).toContain("original words");
});

test("what nobody has words for keeps its own, on one line", () => {
  expect(connectFailure(new Error("odd\n  thing"), endpoint)).toBe(
    "connection to opamp.example:4320 failed: odd thing",
  );
});

test("neither the path nor the query of the endpoint is told", () => {
  expect(connectFailure(failure("ECONNRESET"), endpoint)).not.toContain("secret");
  expect(statusFailure(404, endpoint)).not.toContain("secret");
});

test.each([
  [" 116 ", "tlsv13 alert certificate required", "set tls.cert_file and tls.key_file"],
  [" 70 ", "tlsv1 alert protocol version", "tls.min_version"],
  ["", "wrong version number", "does not speak TLS"],
])("the alert%sof OpenSSL (%s) is explained and stripped of its numbers", (number, words, said) => {
  const end = number === "" ? "" : `SSL alert number${number}`;
  const text = `write EPROTO 80CC:error:0A00045C:SSL routines:ssl3_read_bytes:${words}:../deps/x.c:1601:${end}\n`;
  const told = connectFailure(failure("EPROTO", text), endpoint);
  expect(told).toContain(said);
  expect(told).toContain(`(${words})`);
});

test.each([
  ["text/html; charset=utf-8", "answered with text/html: a captive portal or another service?"],
  ["application/x-protobuf", undefined],
  [undefined, undefined],
])("an answer of type %s is %s", (type, words) => {
  const said = pageFailure(type, endpoint);
  if (words === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(words);
});

test("a failure of several addresses has the words of each", () => {
  const errors = [new Error("connect ::1"), new Error("connect 127.0.0.1")];
  const error = Object.assign(new AggregateError(errors), { code: "ECONNREFUSED" });
  expect(connectFailure(error, endpoint)).toContain("nothing listens there");
  expect(connectFailure(error, endpoint)).toContain("connect ::1, connect 127.0.0.1");
});

test("the code that a refused connection really has is among them", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const speaksNoTls = await errorOf((fail) =>
    connectTls({ port, host: "127.0.0.1" }).on("error", fail),
  );
  expect(connectFailure(speaksNoTls, endpoint)).toContain("does not speak TLS");
  await new Promise((resolve) => server.close(resolve));
  const refused = await errorOf((fail) =>
    connectTcp({ port, host: "127.0.0.1" }).on("error", fail),
  );
  expect(connectFailure(refused, endpoint)).toContain("nothing listens there");
});

test.each([
  [400, "whether the port wants TLS"],
  [401, "the credentials were not accepted"],
  [403, "may not do this"],
  [404, "check the path"],
  [415, "ws against http"],
  [407, "the proxy wants"],
  [429, "left alone"],
  [503, "left alone"],
  [500, "a problem of its own"],
  [511, "captive portal"],
  [307, "put the new address in the endpoint"],
  [204, "not what an OpAMP server says"],
])("status %i is explained", (status, words) => {
  expect(statusFailure(status, endpoint)).toContain(
    `opamp.example:4320 answered with HTTP status ${status}`,
  );
  expect(statusFailure(status, endpoint)).toContain(words);
});

test("a 403 names the client certificate where one was shown, as revoked where the server says so", () => {
  const told = (certificate: boolean, words?: string) =>
    statusFailure(403, endpoint, { certificate, words });
  expect(told(false)).not.toContain("certificate");
  expect(told(true)).toContain("and the client certificate: it may have been revoked");
  const words = "the client certificate that was shown has been revoked";
  expect(told(true, words)).toBe(
    `opamp.example:4320 answered with HTTP status 403: the server says that our client certificate has been revoked: have it replaced (${words})`,
  );
});

function errorOf(start: (fail: (error: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve) => {
    start(resolve);
  });
}
