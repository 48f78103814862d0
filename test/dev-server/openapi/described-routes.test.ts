import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describedRoutes } from "../../../src/dev-server/openapi/described-routes.ts";

const methodsAt = describedRoutes();

test.each([
  ["/api/agents", ["GET"]],
  ["/api/events", ["GET"]],
  ["/api/login", ["POST"]],
  ["/api/rollouts/preview", ["POST"]],
  ["/api/rollouts/r1", ["GET"]],
  ["/api/groups/a%2Fb", ["PUT", "DELETE"]],
  ["/api/configurations/", ["GET", "PUT", "DELETE"]],
  ["/api/agents/x/logs", ["GET", "POST"]],
  ["/api/agents/x/nothing", undefined],
  ["/api/groups/a/b", undefined],
  ["/api/agentsx", undefined],
  ["/API/agents", undefined],
  ["/api/agents\n", undefined],
  ["__proto__", undefined],
  ["", undefined],
])("%j takes %j", (path, methods) => {
  expect(methodsAt(path)).toEqual(methods);
});

test("each path that the server's source names is described", () => {
  const folder = join(import.meta.dirname, "../../../src/dev-server/page-api");
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const named = texts.flatMap((text) => [...text.matchAll(/[!=]== "(\/api\/[^"]*)"/g)]);
  const paths = new Set(named.map(([, path = ""]) => path));
  expect(paths.size).toBeGreaterThan(5);
  expect([...paths].filter((path) => methodsAt(path) === undefined)).toEqual([]);
});
