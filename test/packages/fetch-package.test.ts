import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { DownloadProgress } from "../../src/download/meter.ts";
import { installPackage } from "../../src/packages/install-package.ts";
import { installedPackages } from "../../src/packages/installed-packages.ts";
import type {
  InstallOutcome,
  InstallTerms,
  OfferedFile,
  PackageRules,
} from "../../src/packages/package-order.ts";
import {
  type Reply,
  beginning,
  firstThen,
  redirectTo,
  resumable,
  startReleases,
  whole,
} from "../fixtures/collector/release-server.ts";
import {
  elfProgram,
  orderOf,
  packagesFolder,
  rulesOf,
  termsOf,
} from "../helpers/packages/package-world.ts";

const program = elfProgram(process.arch, Buffer.alloc(200_000, "x"));
const half = program.length / 2;
const tag = '"one"';

interface Try {
  readonly directory?: string;
  readonly rules?: Partial<PackageRules>;
  readonly terms?: Partial<InstallTerms>;
  readonly file?: Partial<OfferedFile>;
}

async function tryOf(url: string, { directory, rules, terms, file = {} }: Try = {}) {
  const place = { directory: directory ?? packagesFolder() };
  const order = orderOf(url, program, { file });
  const outcome = await installPackage(order, rulesOf(rules), place, termsOf(terms));
  // Nothing partial ever looks complete.
  expect(installedPackages(place.directory)).toHaveLength(outcome.ok ? 1 : 0);
  return outcome;
}

function failureOf(outcome: InstallOutcome): { retry: string; afterMs?: number; reason: string } {
  if (!outcome.ok) return outcome.error;
  throw new Error("expected a failure, it was installed");
}

/** A part of the download is left behind, as by a process that was stopped. */
async function leavePart(url: string, directory: string): Promise<void> {
  const stop = new AbortController();
  const passing = tryOf(url, { directory, terms: { signal: stop.signal } });
  const hash = Buffer.from(orderOf(url, program).file.contentHash).toString("hex");
  const partial = join(directory, ".downloads", `${hash}.partial`);
  const bytes = (): number => statSync(partial, { throwIfNoEntry: false })?.size ?? 0;
  await expect.poll(bytes).toBeGreaterThan(0);
  stop.abort();
  expect(failureOf(await passing)).toMatchObject({ retry: "later" });
}

test("C-204 C-212 a later process asks for the rest, and the hash is right", async () => {
  const first = beginning(program, half, { etag: tag });
  const server = await startReleases({ "/a": firstThen(first, resumable(program, tag)) });
  const directory = packagesFolder();
  await leavePart(`${server.url}/a`, directory);
  // What stands behind the question mark may be a key for one time.
  const outcome = await tryOf(`${server.url}/a`, { directory });
  expect(outcome.ok).toBe(true);
  expect(server.requests.at(-1)).toMatch(/^\/a bytes=\d+-$/);
});

test.each<[string, Reply]>([
  ["ignores the range", whole(program)],
  ["has another state of the file", resumable(program, '"two"')],
  [
    "answers a range with another one",
    (request, response) => {
      if (request.headers.range === undefined) response.writeHead(200).end(program);
      else response.writeHead(206, { "content-range": `bytes 0-9/${program.length}` }).end("x");
    },
  ],
  [
    "refuses the range",
    (request, response) => {
      if (request.headers.range === undefined) response.writeHead(200).end(program);
      else response.writeHead(416, { "content-range": "bytes */10" }).end();
    },
  ],
  [
    "goes on with something else",
    (request, response) => {
      if (request.headers.range === undefined) response.writeHead(200).end(program);
      else {
        const from = Number(/\d+/.exec(request.headers.range)?.[0]);
        const range = `bytes ${from}-${program.length - 1}/${program.length}`;
        response
          .writeHead(206, { "content-range": range })
          .end(Buffer.alloc(program.length - from, "y"));
      }
    },
  ],
])("a server that %s leads to a whole file all the same", async (_name, then) => {
  const first = beginning(program, half, { etag: tag });
  const server = await startReleases({ "/a": firstThen(first, then) });
  const directory = packagesFolder();
  await leavePart(`${server.url}/a`, directory);
  expect((await tryOf(`${server.url}/a`, { directory })).ok).toBe(true);
});

function status(code: number, headers: Record<string, string> = {}): Reply {
  return (_request, response) => void response.writeHead(code, headers).end();
}

test.each<[string, Reply, { retry: string; afterMs?: number }]>([
  ["429 with seconds", status(429, { "retry-after": "7" }), { retry: "later", afterMs: 7_000 }],
  [
    "503 with a date",
    status(503, {
      date: "Thu, 26 Nov 2026 20:00:00 GMT",
      "retry-after": "Thu, 26 Nov 2026 20:01:00 GMT",
    }),
    { retry: "later", afterMs: 60_000 },
  ],
  [
    "429 with a year",
    status(429, { "retry-after": "31536000" }),
    { retry: "later", afterMs: 3_600_000 },
  ],
  ["500", status(500), { retry: "later" }],
  ["a cut", (request) => void request.socket.destroy(), { retry: "later" }],
  ["404", status(404), { retry: "never" }],
  ["403", status(403), { retry: "never" }],
  ["another file", whole("something else"), { retry: "never" }],
  ["nothing", whole(""), { retry: "never" }],
  [
    "2 GB",
    (_request, response) => {
      response.writeHead(200, { "content-length": 2e9 });
      response.flushHeaders();
    },
    { retry: "never" },
  ],
  [
    "no end",
    (_request, response) => {
      const more = (error?: Error | null): void => {
        if (error == null && !response.destroyed) response.write(Buffer.alloc(1 << 20), more);
      };
      more();
    },
    { retry: "never" },
  ],
  ["a redirect to a file", redirectTo("file:///etc/hostname"), { retry: "never" }],
  ["a redirect to http elsewhere", redirectTo("http://192.0.2.1/a"), { retry: "never" }],
  ["a redirect in a circle", redirectTo("/a"), { retry: "later" }],
])("C-227: %s is told as what may go well later or never", async (_name, reply, expected) => {
  const server = await startReleases({ "/a": reply });
  const rules = { maxBytes: 3_000_000 };
  const failure = failureOf(await tryOf(`${server.url}/a`, { rules }));
  expect({ ...failure, reason: "" }).toEqual({ ...expected, reason: "" });
});

test("C-205 offered headers reach the offered server, and no other by a redirect", async () => {
  const seen: (string | undefined)[] = [];
  const note =
    (then: Reply): Reply =>
    (request, response, count) => {
      seen.push(request.headers["x-key"]?.toString());
      then(request, response, count);
    };
  const other = await startReleases({ "/b": note(whole(program)) });
  const there = redirectTo(`${other.url}/b`);
  const server = await startReleases({ "/a": note(redirectTo("/c")), "/c": note(there) });
  const headers = new Map([
    ["X-Key", ["secret"]],
    ["Range", ["bytes=5-"]],
    ["Host", ["evil"]],
  ]);
  expect((await tryOf(`${server.url}/a`, { file: { headers } })).ok).toBe(true);
  expect(seen).toEqual(["secret", "secret", undefined]);
});

test("each host on the way has to be allowed, and without encryption it has to be named", async () => {
  const server = await startReleases({ "/a": whole(program), "/b": redirectTo("/a") });
  const elsewhere = server.url.replace("127.0.0.1", "localhost");
  const way = { ...termsOf().way, plainHosts: [] };
  const local = { allowedHosts: ["127.0.0.1"] };
  expect((await tryOf(`${server.url}/b`, { rules: local, terms: { way } })).ok).toBe(true);
  expect(failureOf(await tryOf(`${server.url}/a`, { terms: { way } })).reason).toMatch(/https/);
  const rules = { allowedHosts: ["releases.example", "*.example.com"] };
  expect(failureOf(await tryOf(`${server.url}/a`, { rules })).retry).toBe("never");
  const redirecting = await startReleases({ "/a": redirectTo(`${elsewhere}/a`) });
  const refused = failureOf(await tryOf(`${redirecting.url}/a`, { rules: local }));
  expect(refused).toMatchObject({
    retry: "never",
    reason: expect.stringMatching(/^localhost/) as string,
  });
  expect(server.requests).toEqual(["/b", "/a"]);
});

test("mirrors come first, in order, without the offered headers; one that fails gives way", async () => {
  const keys: unknown[] = [];
  const noting: Reply = (request, response) => {
    keys.push(request.headers["x-key"]);
    response.writeHead(200).end(program);
  };
  const dead = await startReleases({});
  const wrong = await startReleases({ "/m/d/a": whole("another file") });
  const good = await startReleases({ "/d/a": noting });
  const origin = await startReleases({ "/d/a": whole(program) });
  const rules = { mirrors: [dead.url, `${wrong.url}/m/`, good.url], allowedHosts: ["127.0.0.1"] };
  const headers = new Map([["X-Key", ["secret"]]]);
  expect((await tryOf(`${origin.url}/d/a?x=1`, { rules, file: { headers } })).ok).toBe(true);
  expect([dead.requests, wrong.requests, good.requests, origin.requests]).toEqual([
    ["/d/a"],
    ["/m/d/a"],
    ["/d/a"],
    [],
  ]);
  expect(keys).toEqual([undefined]);
});

test("a directory is read where it is named, and nothing out of it by a link", async () => {
  const folder = packagesFolder();
  mkdirSync(join(folder, "in"), { recursive: true });
  for (const name of ["in/a", "secret"]) writeFileSync(join(folder, name), program);
  symlinkSync("../secret", join(folder, "in/link"));
  const url = (name: string) => pathToFileURL(join(folder, name)).href;
  const rules = { allowedHosts: [url("in")] };
  expect((await tryOf(url("in/a"), { rules })).ok).toBe(true);
  for (const name of ["in/link", "secret", "in/../secret", "in", "in/none"]) {
    expect(failureOf(await tryOf(url(name), { rules })).retry).toBe("never");
  }
  expect(failureOf(await tryOf(url("in/a"))).retry).toBe("never");
  expect((await tryOf("https://releases.invalid/a", { rules: { mirrors: [url("in")] } })).ok).toBe(
    true,
  );
});

test("what drips without end, what the disk has no room for and what is stopped ends", async () => {
  const drip: Reply = (_request, response) => {
    response.writeHead(200, { "content-length": 1e6 });
    const timer = setInterval(() => response.write("x"), 20);
    response.on("close", () => clearInterval(timer));
  };
  const server = await startReleases({ "/drip": drip, "/a": whole(program) });
  const slow = failureOf(await tryOf(`${server.url}/drip`, { rules: { timeoutMs: 300 } }));
  expect(slow).toMatchObject({
    retry: "later",
    reason: expect.stringMatching(/longer than 0.3 s/) as string,
  });
  const full = await tryOf(`${server.url}/a`, { terms: { freeBytes: () => 100_000 } });
  expect(failureOf(full)).toMatchObject({ retry: "later", afterMs: 600_000 });
  const stopped = await tryOf(`${server.url}/drip`, {
    terms: { signal: AbortSignal.timeout(200) },
  });
  expect(failureOf(stopped).retry).toBe("later");
});

test("C-229 progress has numbers that are finite, and 0 percent while the size is unknown", async () => {
  const unknown: Reply = (_request, response) => {
    response.writeHead(200);
    response.write(program.subarray(0, half));
    response.end(program.subarray(half));
  };
  const server = await startReleases({ "/a": resumable(program, tag), "/b": unknown });
  for (const path of ["/a", "/b"]) {
    const seen: DownloadProgress[] = [];
    await tryOf(`${server.url}${path}`, { terms: { onProgress: (each) => seen.push(each) } });
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(seen.every((each) => Number.isFinite(each.percent + each.bytesPerSecond))).toBe(true);
    expect(seen.at(-1)?.doneBytes).toBe(program.length);
    expect(seen.at(-1)?.percent).toBe(path === "/a" ? 100 : 0);
  }
});

test.each(["ftp://a.example/a", "releases", "https://user:secret@a.example/a", "", "data:,x"])(
  "%j is no address of a package",
  async (url) => {
    const { retry, reason } = failureOf(await tryOf(url));
    expect(retry).toBe("never");
    expect(reason).not.toContain("secret");
  },
);
