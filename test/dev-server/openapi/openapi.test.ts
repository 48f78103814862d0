import Ajv from "ajv";
import { test, expect } from "vitest";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import type { DevServer } from "../../../src/dev-server/server.ts";
import { describeApi } from "../../../src/dev-server/openapi/openapi.ts";
import { startServer, uidOf } from "../raw-agent.ts";
import { ask, join } from "../console/console-api.ts";

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { content: { "application/json": { schema: object } } } | undefined>
  >;
}

const description = describeApi() as Described;
const methods = ["get", "put", "post", "delete"];
const all = Object.entries(description.paths).flatMap(([path, item]) =>
  methods.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
);
const uid = uidToText(uidOf(1));
const nobody = uidToText(uidOf(7));

function described(operation: Operation | undefined, status: number): object | undefined {
  const answers = new Map(Object.entries(operation?.responses ?? {}));
  return answers.get(String(status))?.content["application/json"].schema;
}

/** Why an answer is not what the description says; empty: it is. */
function differenceOf(method: string, path: string, status: number, body: unknown): string {
  const operation = description.paths[path]?.[method.toLowerCase()];
  const schema = described(operation, status);
  if (schema === undefined) return `${method} ${path} ${status} is not described`;
  const ajv = new Ajv({ schemaId: "auto", unknownFormats: "ignore" });
  const validate = ajv.compile({ ...schema, components: description.components });
  if (validate(body) === true) return "";
  return `${method} ${path} ${status}: ${ajv.errorsText(validate.errors)} ${JSON.stringify(body)}`;
}

const config = { config: "receivers: {}" };
const moved = { connections: { opamp: { endpoint: "wss://a/v1/opamp" } } };
const what = { configuration: "gateways", version: 1 };
const requests: readonly [string, string, string, unknown?][] = [
  ["GET", "/api/openapi.json", "/api/openapi.json"],
  ["GET", "/api/fleet", "/api/fleet"],
  ["GET", "/api/agents", "/api/agents"],
  ["GET", "/api/agents", "/api/agents?query=is:"],
  ["GET", "/api/agents", "/api/agents?query=web"],
  ["GET", "/api/packages", "/api/packages"],
  ["POST", "/api/packages", "/api/packages", { name: "", version: "1" }],
  ["POST", "/api/packages", "/api/packages", {}],
  ["POST", "/api/check", "/api/check", { config: "a: [", uid }],
  ["POST", "/api/check", "/api/check", {}],
  ["POST", "/api/components", "/api/components", { to: { all: true } }],
  ["POST", "/api/components", "/api/components", { to: { group: "no" } }],
  ["POST", "/api/components", "/api/components", {}],
  ["PUT", "/api/configurations/{name}", "/api/configurations/gateways", config],
  ["PUT", "/api/configurations/{name}", "/api/configurations/-", config],
  ["GET", "/api/configurations", "/api/configurations"],
  ["GET", "/api/configurations/{name}", "/api/configurations/gateways"],
  ["GET", "/api/configurations/{name}", "/api/configurations/gateways?version=7"],
  ["GET", "/api/configurations/{name}", "/api/configurations/gateways?version=x"],
  ["PUT", "/api/groups/{name}", "/api/groups/g", { query: "web", configuration: "gateways" }],
  ["PUT", "/api/groups/{name}", "/api/groups/plain", { query: "" }],
  ["PUT", "/api/groups/{name}", "/api/groups/g", {}],
  ["GET", "/api/groups", "/api/groups"],
  ["DELETE", "/api/configurations/{name}", "/api/configurations/gateways"],
  ["POST", "/api/rollouts/preview", "/api/rollouts/preview", { to: { all: true } }],
  ["POST", "/api/rollouts/preview", "/api/rollouts/preview", { to: { group: "no" } }],
  ["POST", "/api/rollouts", "/api/rollouts", { what, to: { all: true } }],
  ["POST", "/api/rollouts", "/api/rollouts", { what: { files: { a: "b" } }, to: { query: "x" } }],
  ["POST", "/api/rollouts", "/api/rollouts", {}],
  ["POST", "/api/rollouts", "/api/rollouts", { what: moved, to: { all: true } }],
  ["GET", "/api/rollouts", "/api/rollouts"],
  ["GET", "/api/rollouts/{id}", "/api/rollouts/r1"],
  ["GET", "/api/rollouts/{id}", "/api/rollouts/r9"],
  ["POST", "/api/rollouts/{id}/resume", "/api/rollouts/r1/resume", {}],
  ["POST", "/api/rollouts/{id}/stop", "/api/rollouts/r1/stop", {}],
  ["POST", "/api/rollouts/{id}/stop", "/api/rollouts/r1/stop", {}],
  ["POST", "/api/rollouts/{id}/resume", "/api/rollouts/r1/resume", {}],
  ["GET", "/api/agents/{uid}", `/api/agents/${uid}`],
  ["GET", "/api/agents/{uid}", `/api/agents/${nobody}`],
  ["DELETE", "/api/agents/{uid}", `/api/agents/${uid}`],
  ["POST", "/api/agents/{uid}/config", `/api/agents/${uid}/config`, config],
  ["POST", "/api/agents/{uid}/config", `/api/agents/${uid}/config`, {}],
  ["GET", "/api/agents/{uid}/layers", `/api/agents/${uid}/layers`],
  ["POST", "/api/agents/{uid}/layers", `/api/agents/${uid}/layers`, {}],
  ["GET", "/api/agents/{uid}/logs", `/api/agents/${uid}/logs`],
  ["GET", "/api/agents/{uid}/logs", `/api/agents/${uid}/logs?after=x`],
  ["GET", "/api/agents/{uid}/logs", `/api/agents/${nobody}/logs`],
  ["POST", "/api/agents/{uid}/logs", `/api/agents/${uid}/logs`, { here: true }],
  ["POST", "/api/agents/{uid}/logs", `/api/agents/${uid}/logs`, {}],
  ["POST", "/api/agents/{uid}/restart", `/api/agents/${uid}/restart`, {}],
  ["POST", "/api/agents/{uid}/full-state", `/api/agents/${uid}/full-state`, {}],
  ["POST", "/api/agents/{uid}/revoke", `/api/agents/${uid}/revoke`, {}],
  ["POST", "/api/agents/{uid}/connections", `/api/agents/${uid}/connections`, {}],
  ["POST", "/api/agents/{uid}/connections", `/api/agents/${uid}/connections`, moved.connections],
  ["POST", "/api/agents/{uid}/packages", `/api/agents/${uid}/packages`, { name: "", version: "1" }],
  ["POST", "/api/agents/{uid}/approval", `/api/agents/${uid}/approval`, { approve: true }],
  ["POST", "/api/agents/{uid}/withdraw", `/api/agents/${uid}/withdraw`, { what: "config" }],
  [
    "POST",
    "/api/agents/{uid}/message",
    `/api/agents/${uid}/message`,
    { capability: "a", type: "b", data: "c" },
  ],
  ["POST", "/api/overload", "/api/overload", { on: true, retryAfterSeconds: 5, forSeconds: 60 }],
  ["GET", "/api/overload", "/api/overload"],
  ["POST", "/api/overload", "/api/overload", { on: false }],
  ["POST", "/api/overload", "/api/overload", { on: "yes" }],
  ["GET", "/api/overload", "/api/overload"],
  ["GET", "/api/pictures", "/api/pictures"],
  ["DELETE", "/api/groups/{name}", "/api/groups/g"],
  ["DELETE", "/api/groups/{name}", "/api/groups/g"],
  ["DELETE", "/api/configurations/{name}", "/api/configurations/gateways"],
];

async function differencesAt(server: DevServer): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [method, path, address, body] of requests) {
    const answer = await ask(server, method, address, body);
    found.push(differenceOf(method, path, answer.status, answer.body));
  }
  return found.filter((each) => each !== "");
}

test("each request of the description is answered as it says", async () => {
  const { server } = await startServer();
  await join(server, 1, "web-1");
  expect(await differencesAt(server)).toEqual([]);
});

test("no request of the description is left out here", () => {
  const elsewhere = ["GET /api/events", "POST /api/login", "POST /api/logout"];
  const tried = new Set([...requests.map(([method, path]) => `${method} ${path}`), ...elsewhere]);
  expect(all.filter((each) => !tried.has(each))).toEqual([]);
});

test("who logs in and out is answered as it says, with a token and without one", async () => {
  const pageToken = "correct-horse-battery-staple";
  const [{ server }, { server: open }] = [await startServer({ pageToken }), await startServer()];
  const found: string[] = [];
  for (const [at, path, body] of [
    [server, "/api/login", { token: pageToken }],
    [server, "/api/login", { token: "another" }],
    [server, "/api/login", {}],
    [server, "/api/logout", {}],
    [open, "/api/login", { token: "another" }],
    [open, "/api/logout", {}],
  ] as const) {
    const answer = await ask(at, "POST", path, body);
    found.push(differenceOf("POST", path, answer.status, answer.body));
  }
  expect(found.filter((each) => each !== "")).toEqual([]);
});

test("events are as it says", async () => {
  const { server } = await startServer();
  const over = new AbortController();
  const url = new URL("/api/events", server.pageUrl);
  const { body, headers } = await fetch(url, { signal: over.signal });
  expect(headers.get("content-type")).toContain("text/event-stream");
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  const heard = async (): Promise<unknown> => {
    for (let text = ""; ;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream ended");
      text += value;
      const [, data] = /^data: (.*)$/m.exec(text) ?? [];
      if (data !== undefined) return JSON.parse(data);
    }
  };
  const changes = [await heard()];
  await join(server, 1, "web-1");
  changes.push(await heard());
  over.abort();
  await reader.cancel().catch(() => undefined);
  const ajv = new Ajv({ schemaId: "auto", unknownFormats: "ignore" });
  const { components } = description;
  const validate = ajv.compile({ $ref: "#/components/schemas/FleetChange", components });
  for (const change of changes)
    expect(validate(change), ajv.errorsText(validate.errors)).toBe(true);
  expect(changes).toMatchObject([{ all: true }, { rows: [{ hostName: "web-1" }] }]);
});

test("a request that is turned away at the door is told why as all others are", async () => {
  const { server } = await startServer();
  const url = new URL("/api/rollouts", server.pageUrl);
  const response = await fetch(url, { method: "POST", body: "{}" });
  expect(response.headers.get("content-type")).toContain("application/json");
  const body: unknown = await response.json();
  expect(differenceOf("POST", "/api/rollouts", response.status, body)).toBe("");
  expect(body).toEqual({ error: "expected Content-Type application/json" });
});
