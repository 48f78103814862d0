import { randomBytes } from "node:crypto";
import { stat, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { download } from "../../src/download/download.ts";
import { defaultLimits } from "../../src/collector/options.ts";
import type { RequestTerms } from "../../src/download/request.ts";
import {
  type Reply,
  beginning,
  startReleases,
  whole,
  firstThen,
  resumable,
} from "../fixtures/collector/release-server.ts";
import { temporaryDirectory } from "../fixtures/collector/setting.ts";

const content = randomBytes(200_000);
const half = content.length / 2;
const tag = '"one"';

function terms(changes: Partial<RequestTerms["limits"]> = {}): RequestTerms {
  const limits = { ...defaultLimits, ...changes };
  return { limits, environment: new Map(), signal: new AbortController().signal };
}

interface Place {
  readonly directory: string;
  readonly file: string;
}

async function place(): Promise<Place> {
  const directory = await temporaryDirectory();
  return { directory, file: join(directory, "archive") };
}

/** Leaves half of the content behind, as an interrupted process would. */
async function leaveHalf(address: string, file: string): Promise<void> {
  const controller = new AbortController();
  const started = download(address, file, { ...terms(), signal: controller.signal }, (done) => {
    if (done >= half) controller.abort();
  });
  await expect(started).rejects.toThrow(/abort/);
  expect((await stat(`${file}.partial`)).size).toBe(half);
}

function halfThenSilence(headers: Record<string, string>): Reply {
  return beginning(content, half, headers);
}

test("a file arrives whole and nothing else is left", async () => {
  const server = await startReleases({ "/a": whole(content) });
  const { directory, file } = await place();
  const seen: number[] = [];
  await download(`${server.url}/a`, file, terms(), (done) => seen.push(done));
  expect((await readFile(file)).equals(content)).toBe(true);
  expect(await readdir(directory)).toEqual(["archive"]);
  expect(seen.at(0)).toBe(0);
  expect(seen.at(-1)).toBe(content.length);
});

test("after a cut the same call asks for the rest only", async () => {
  const first = halfThenSilence({ etag: tag });
  const server = await startReleases({ "/a": firstThen(first, resumable(content, tag)) });
  const { file } = await place();
  const totals = new Set<number | undefined>();
  const seen: number[] = [];
  await download(`${server.url}/a`, file, terms(), (done, total) => {
    totals.add(total);
    seen.push(done);
    if (done === half) server.cut();
  });
  expect((await readFile(file)).equals(content)).toBe(true);
  expect(server.requests).toEqual(["/a", `/a bytes=${half}-`]);
  expect([...totals]).toEqual([content.length]);
  // It never went back: the server accepted the range.
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test("what an interrupted process received is kept for the next one", async () => {
  const silent = halfThenSilence({ etag: tag });
  const server = await startReleases({ "/a": firstThen(silent, resumable(content, tag)) });
  const { file } = await place();
  await leaveHalf(`${server.url}/a`, file);
  await download(`${server.url}/a`, file, terms(), () => undefined);
  expect((await readFile(file)).equals(content)).toBe(true);
  expect(server.requests).toEqual(["/a", `/a bytes=${half}-`]);
});

test.each<[string, Record<string, string>, Reply]>([
  ["the server ignores the range", { etag: tag }, whole(content)],
  ["the file has changed since", { etag: '"old"' }, resumable(content, tag)],
])("the download begins at zero when %s", async (_name, headers, reply) => {
  const server = await startReleases({ "/a": firstThen(halfThenSilence(headers), reply) });
  const { file } = await place();
  await leaveHalf(`${server.url}/a`, file);
  await download(`${server.url}/a`, file, terms(), () => undefined);
  expect((await readFile(file)).equals(content)).toBe(true);
  expect(server.requests).toEqual(["/a", `/a bytes=${half}-`]);
});

test.each<[string, Record<string, string>]>([
  ["a weak tag", { etag: 'W/"one"' }],
  ["no validator", {}],
])("no range is asked for with %s", async (_name, headers) => {
  const reply = firstThen(halfThenSilence(headers), resumable(content, tag));
  const server = await startReleases({ "/a": reply });
  const { file } = await place();
  await leaveHalf(`${server.url}/a`, file);
  await download(`${server.url}/a`, file, terms(), () => undefined);
  expect((await readFile(file)).equals(content)).toBe(true);
  expect(server.requests).toEqual(["/a", "/a"]);
});

test("a beginning from another address is not continued", async () => {
  const server = await startReleases({
    "/a": halfThenSilence({ etag: tag }),
    "/b": resumable(content, tag),
  });
  const { file } = await place();
  await leaveHalf(`${server.url}/a`, file);
  await download(`${server.url}/b`, file, terms(), () => undefined);
  expect((await readFile(file)).equals(content)).toBe(true);
  expect(server.requests).toEqual(["/a", "/b"]);
});

test("a partial file that is complete already is taken as it is", async () => {
  const all: Reply = (_request, response) => {
    response.writeHead(200, { etag: tag });
    response.write(content);
  };
  const server = await startReleases({ "/a": firstThen(all, resumable(content, tag)) });
  const { file } = await place();
  await download(`${server.url}/a`, file, terms(), (done) => {
    if (done === content.length) server.cut();
  });
  expect((await readFile(file)).equals(content)).toBe(true);
  expect(server.requests).toEqual(["/a", `/a bytes=${content.length}-`]);
});

test("a wrong range in the answer is refused and the partial file removed", async () => {
  const wrong: Reply = (_request, response) => {
    response.writeHead(206, { "content-range": `bytes 5-${content.length - 1}/${content.length}` });
    response.end(content.subarray(5));
  };
  const server = await startReleases({ "/a": firstThen(halfThenSilence({ etag: tag }), wrong) });
  const { directory, file } = await place();
  await leaveHalf(`${server.url}/a`, file);
  await expect(download(`${server.url}/a`, file, terms(), () => undefined)).rejects.toMatchObject({
    code: "download-failed",
  });
  expect(await readdir(directory)).toEqual([]);
});

test.each([
  ["stops sending", halfThenSilence({})],
  [
    "sends no content at all",
    ((_request, response) => {
      response.writeHead(200, { "content-length": 5 }).flushHeaders();
    }) satisfies Reply,
  ],
])("a server that %s is given up after a bounded time", async (_name, reply) => {
  const server = await startReleases({ "/a": reply });
  const { file } = await place();
  const given = download(`${server.url}/a`, file, terms({ stallMs: 50 }), () => undefined);
  await expect(given).rejects.toThrow(/(stopped sending|did not answer) within 0.05 s/);
});

test("a connection that is cut again and again is given up after five attempts", async () => {
  const server = await startReleases({
    "/a": (request, response, count) => {
      beginning(content, 1_000 * (count + 1))(request, response, count);
    },
  });
  const { file } = await place();
  const given = download(`${server.url}/a`, file, terms(), (done) => {
    if (done === 1_000 * server.requests.length) server.cut();
  });
  await expect(given).rejects.toThrow(/cut the connection/);
  expect(server.requests).toHaveLength(5);
});

test("a connection that is cut before anything new arrived is not tried again", async () => {
  const server = await startReleases({ "/a": (_request, response) => response.destroy() });
  const { file } = await place();
  const given = download(`${server.url}/a`, file, terms(), () => undefined);
  await expect(given).rejects.toThrow(/cut the connection/);
  expect(server.requests).toHaveLength(1);
});

test.each<[string, Reply]>([
  ["announces", (_request, response) => void response.writeHead(200).end(content)],
  [
    "sends",
    (_request, response) => {
      response.writeHead(200, { "transfer-encoding": "chunked" });
      response.end(content);
    },
  ],
])("a server that %s more than the limit is refused", async (_name, reply) => {
  const server = await startReleases({ "/a": reply });
  const { file } = await place();
  const given = download(
    `${server.url}/a`,
    file,
    terms({ maxArchiveBytes: 1_000 }),
    () => undefined,
  );
  await expect(given).rejects.toThrow(/at most 1000 bytes/);
  expect((await stat(`${file}.partial`)).size).toBeLessThanOrEqual(1_000);
});

test("an unfinished write leaves no finished file", async () => {
  const server = await startReleases({ "/a": halfThenSilence({}) });
  const { directory, file } = await place();
  await leaveHalf(`${server.url}/a`, file);
  expect((await readdir(directory)).sort()).toEqual(["archive.partial", "archive.partial.source"]);
});
