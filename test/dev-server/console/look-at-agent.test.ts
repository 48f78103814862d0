import { test, expect } from "vitest";
import { lookAtAgent } from "../../../src/dev-server/console/look-at-agent.ts";
import type { SeenAgent } from "../../../src/dev-server/console/seen-fleet.ts";

const content = { is: "package", name: "otelcol", version: "2" } as const;
const hash = new Uint8Array([1, 2]);

/** An agent that was offered version 2 at 10, heard at `lastSeenAt`, and says this of it. */
function agent(status: object | undefined, lastSeenAt = 20, version = "2"): SeenAgent {
  const seen: unknown = {
    row: { connected: true, condition: "healthy", lastError: "" },
    record: {
      ...{ capabilities: 0xffffn, lastSeenAt, offers: [] },
      packagesOffer: { at: 10, packages: new Map([["otelcol", { version, hash }]]) },
      packageStatuses: { packages: new Map(status === undefined ? [] : [["otelcol", status]]) },
    },
  };
  return seen as SeenAgent;
}

test.each<[string, SeenAgent, object]>([
  ["says nothing", agent(undefined), { wanted: true, verdict: "none" }],
  [
    "has installed it",
    agent({ status: 0, serverOfferedHash: hash }),
    { wanted: true, verdict: "applied" },
  ],
  ["downloads it", agent({ status: 4, serverOfferedHash: hash }), { verdict: "applying" }],
  [
    "has failed",
    agent({ status: 3, serverOfferedHash: hash, errorMessage: "no space" }),
    { verdict: "failed", errorMessage: "no space" },
  ],
  [
    "has failed before it was offered again",
    agent({ status: 3, serverOfferedHash: hash }, 5),
    { verdict: "none" },
  ],
  [
    "speaks of another offer",
    agent({ status: 0, serverOfferedHash: new Uint8Array([3]) }),
    { verdict: "none" },
  ],
  [
    "was offered another version",
    agent({ status: 0, serverOfferedHash: hash }, 20, "1"),
    { wanted: false },
  ],
])("an agent that %s about a package", (_, seen, look) => {
  expect(lookAtAgent(seen, content)).toMatchObject(look);
});
