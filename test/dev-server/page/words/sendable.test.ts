import { test, expect } from "vitest";
import { blankConnection } from "../../../../src/dev-server/page/words/connection-body.ts";
import {
  rolloutWhat,
  type Sendable,
  whatProblem,
} from "../../../../src/dev-server/page/words/sendable.ts";

const address = { ...blankConnection, endpoint: "wss://opamp.example.com/v1/opamp" };

test.each<[Sendable, string | undefined, object | undefined]>([
  [
    { is: "files", files: [{ name: "", text: " " }] },
    "there is nothing to send yet",
    { files: {} },
  ],
  [{ is: "files", files: [{ name: "", text: "a: 1" }] }, undefined, { files: { "": "a: 1" } }],
  [{ is: "named", name: "web", version: undefined }, "choose a configuration", undefined],
  [{ is: "named", name: "web", version: 2 }, undefined, { configuration: "web", version: 2 }],
  [{ is: "package", name: "", version: "" }, "choose a package", {}],
  [{ is: "package", name: "", version: "2" }, undefined, { package: { version: "2" } }],
  [
    { is: "server", written: blankConnection },
    "write an address, or what else of the connection is to change",
    undefined,
  ],
  [
    { is: "server", written: address },
    undefined,
    { connections: { opamp: { endpoint: address.endpoint } } },
  ],
])("%j", (what, problem, body) => {
  expect(whatProblem(what)).toBe(problem);
  if (body === undefined) expect(rolloutWhat(what)).toBeUndefined();
  else expect(rolloutWhat(what)).toMatchObject(body);
});
