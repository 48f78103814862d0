import { readFileSync, readdirSync } from "node:fs";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import type {
  AgentRow,
  FleetChange,
  FleetCounts,
  Pictures,
  Rollout,
} from "../../../src/dev-server/shapes/api-shapes.ts";
import { madeUpLayers, madeUpLogs } from "./made-up-logs.ts";
import { madeUpConfig, madeUpError, madeUpPage, madeUpRow, uidOf } from "./made-up-agents.ts";

/** A stand-in for the console's server with as many agents as one likes; it says what it is told to. */
export interface MadeUpConsole {
  readonly url: string;
  /** Says that so many agents have changed. */
  change(count: number): void;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'";

/** Serves the built page with made-up agents behind it. */
export async function startMadeUpConsole(agents: number, port = 0): Promise<MadeUpConsole> {
  const folder = join(import.meta.dirname, "../../../dist/page");
  const assets = new Map(
    readdirSync(folder).map((name) => [`/${name}`, readFileSync(join(folder, name))]),
  );
  const now = Date.now();
  const rows = Array.from({ length: agents }, (_, index) => madeUpRow(index, now));
  const listeners = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const path = request.url?.split("?")[0] ?? "";
    const asset = assets.get(path === "/" ? "/index.html" : path);
    response.setHeader("content-security-policy", policy);
    if (asset !== undefined) {
      const type = types[extname(path === "/" ? ".html" : path)] ?? types[".html"]!;
      response.setHeader("content-type", type);
      response.end(asset);
    } else if (path === "/api/events") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      listeners.add(response);
      tell(response, { all: true, counts: countsOf(rows), rows: [], forgotten: [], lists: [] });
    } else {
      const value = answerOf(path, rows);
      response.writeHead(value === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(value ?? { error: `there is nothing at ${path}` }));
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const at = { next: 0 };
  return {
    url: `http://127.0.0.1:${address.port}`,
    change: (count) => {
      const changed = Array.from({ length: count }, () => {
        at.next = (at.next + 7) % rows.length;
        const row: AgentRow = { ...rows[at.next]!, lastSeenAt: Date.now() };
        rows[at.next] = row;
        return row;
      });
      const change = { counts: countsOf(rows), rows: changed, forgotten: [], lists: [] };
      listeners.forEach((listener) => tell(listener, change));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function tell(listener: ServerResponse, change: FleetChange): void {
  listener.write(`event: change\ndata: ${JSON.stringify(change)}\n\n`);
}

function countsOf(rows: readonly AgentRow[]): FleetCounts {
  const count = (fits: (row: AgentRow) => boolean): number => rows.filter(fits).length;
  return {
    total: rows.length,
    healthy: count(({ condition }) => condition === "healthy"),
    degraded: count(({ condition }) => condition === "degraded"),
    failing: count(({ condition }) => condition === "failing"),
    away: count(({ condition }) => condition === "away"),
    unknown: count(({ condition }) => condition === "unknown"),
    applying: count(({ configState }) => configState === "applying"),
  };
}

function answerOf(path: string, rows: readonly AgentRow[]): object | undefined {
  const now = Date.now();
  const opampUrl = "wss://127.0.0.1:4320/v1/opamp";
  if (/^\/api\/agents\/[0-9a-f-]{36}\/layers$/.test(path)) return madeUpLayers;
  if (/^\/api\/agents\/[0-9a-f-]{36}\/logs$/.test(path)) return madeUpLogs(now);
  const [, uid] = /^\/api\/agents\/([0-9a-f-]{36})$/.exec(path) ?? [];
  if (uid !== undefined) {
    const row = rows.find((each) => each.uid === uid);
    return row === undefined ? undefined : madeUpPage(row, now);
  }
  const name = path.replace(/^\/api\/configurations\/(.+)$/, "/api/configurations/…");
  const answers: Readonly<Record<string, () => object>> = {
    "/api/fleet": () => ({
      opampUrl,
      counts: countsOf(rows),
      startedAt: now,
      now,
      authorityCert: "",
      state: { file: undefined, problem: undefined },
    }),
    "/api/agents": () => ({ opampUrl, agents: rows }),
    "/api/check": () => ({
      problems: [
        { file: "", line: 3, column: 5, severity: "error", text: "the agent has no receiver xyz" },
      ],
    }),
    "/api/components": () => ({ agents: rows.length, told: 0, components: [] }),
    "/api/groups": () => ({ groups: madeUpGroups }),
    "/api/configurations": () => ({ configurations: madeUpConfigurations(now) }),
    "/api/configurations/…": () => ({
      name: "web-hosts",
      version: 3,
      at: now,
      note: "scrape more often",
      files: [{ name: "", text: madeUpConfig }],
    }),
    "/api/rollouts": () => ({ rollouts: [madeUpRollout(now, rows)] }),
    "/api/rollouts/1": () => madeUpRollout(now, rows),
    "/api/rollouts/preview": () => ({
      agents: rows.slice(0, 20).map(({ uid: each, name: called, hostName, connected }) => ({
        uid: each,
        name: called,
        hostName,
        why: connected ? undefined : "it is away",
      })),
    }),
    "/api/pictures": () => madeUpPictures(now, rows.length),
    "/api/packages": () => ({}),
    "/api/overload": () => ({ on: false }),
  };
  return answers[name]?.();
}

const madeUpGroups = [
  {
    name: "Web servers",
    query: "host:web-*",
    configuration: "web-hosts",
    agents: 12,
  },
  {
    name: "Staging",
    query: "deployment.environment.name=staging",
    configuration: undefined,
    agents: 7,
  },
];

function madeUpConfigurations(now: number): readonly object[] {
  const version = (number: number, note: string): object => ({
    version: number,
    at: now - (4 - number) * 3_600_000,
    note,
    hash: "9f2c".repeat(8),
  });
  return [
    {
      name: "web-hosts",
      versions: [version(3, "scrape more often"), version(2, "disk, too"), version(1, "")],
      groups: ["Web servers"],
      agents: { newest: 11, older: 1 },
    },
    {
      name: "gateways",
      versions: [version(1, "")],
      groups: [],
      agents: { newest: 2, older: 0 },
    },
  ];
}

function madeUpRollout(now: number, rows: readonly AgentRow[]): Rollout {
  const stateOf = (index: number): Rollout["agents"][number]["state"] =>
    index === 3 ? "failed" : index < 8 ? "applied" : index < 10 ? "applying" : "pending";
  const agents = rows.slice(0, 20).map((row, index) => ({
    uid: uidOf(index),
    name: row.name,
    stage: index < 2 ? 0 : index < 10 ? 1 : 2,
    state: stateOf(index),
    errorMessage: index === 3 ? madeUpError : "",
  }));
  const count = (word: string): number => agents.filter(({ state }) => state === word).length;
  return {
    id: "1",
    title: "web-hosts v3",
    what: { configuration: "web-hosts", version: 3 },
    to: "group Web servers",
    stages: [10, 50, 100],
    stage: 1,
    failuresAllowed: 0,
    settleSeconds: 30,
    state: "stopped",
    why: "1 agent has failed, and 0 may: web-4",
    startedAt: now - 600_000,
    endedAt: now - 500_000,
    counts: {
      pending: count("pending"),
      sent: 0,
      applying: count("applying"),
      applied: count("applied"),
      failed: count("failed"),
      away: 0,
      overtaken: 0,
    },
    agents,
  };
}

function madeUpPictures(now: number, total: number): Pictures {
  const health = Array.from({ length: 120 }, (_, index) => {
    const failing = Math.round(total * (index > 60 && index < 80 ? 0.12 : 0.01));
    const degraded = Math.round(total * 0.02);
    const away = Math.round(total * 0.03 * (1 + Math.sin(index / 9)));
    const healthy = total - failing - degraded - away;
    const point = { total, healthy, degraded, failing, away, unknown: 0, applying: 0 };
    return { at: now - (120 - index) * 60_000, ...point };
  });
  return {
    health,
    applies: Array.from({ length: 60 }, (_, index) => ({
      at: now - (60 - index) * 60_000,
      ms: 1_500 + ((index * 7_919) % 4_000),
      uid: uidOf(index),
      failed: index % 17 === 5,
    })),
    restarts: Array.from({ length: 24 }, (_, index) => ({
      hour: Math.floor(now / 3_600_000) * 3_600_000 - (23 - index) * 3_600_000,
      count: (index * 5) % 7,
    })),
    versions: [
      { version: "0.158.0", count: Math.round(total * 0.6) },
      { version: "0.157.1", count: Math.round(total * 0.2) },
      { version: "0.150.0", count: Math.round(total * 0.2) },
    ],
  };
}
