import { once } from "node:events";
import { appendFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { connect as connectTcp } from "node:net";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DevServer } from "../../../src/dev-server/server.ts";
import type { ShelfItem } from "../../../src/dev-server/shelf/shelf-item.ts";
import { startServer } from "../raw-agent.ts";
import { packagesFolder, type PackagesFolder } from "./packages-folder.ts";

const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** A request with exactly this path; fetch would tidy it up before. */
async function get(
  server: DevServer,
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = "GET",
): Promise<Answer> {
  const { hostname, port } = new URL(server.opampUrl);
  const sent = request({ hostname, port, path, headers, method, agent: false });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = Buffer.concat((await response.toArray()) as Buffer[]);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

async function start(
  options: Parameters<typeof startServer>[0] = {},
): Promise<{ server: DevServer; folder: PackagesFolder; item: ShelfItem; file: string }> {
  const folder = packagesFolder();
  const file = folder.put("1.0.0/otel collector.tar.gz", content);
  const { server } = await startServer({ packages: folder, ...options });
  return { server, folder, file, item: server.shelf!.content().items[0]! };
}

test("a file is sent whole with its length and its tag, by GET and without its bytes by HEAD", async () => {
  const { server, item } = await start();
  const whole = await get(server, item.urlPath);
  expect(whole.status).toBe(200);
  expect(whole.body.equals(content)).toBe(true);
  const headers = {
    "content-length": "300000",
    etag: `"${item.sha256}"`,
    "accept-ranges": "bytes",
  };
  expect(whole.headers).toMatchObject(headers);
  const head = await get(server, item.urlPath, { range: "bytes=5-" }, "HEAD");
  expect(head).toMatchObject({ status: 200, headers });
  expect(head.body.length).toBe(0);
  const known = await get(server, item.urlPath, { "if-none-match": `"${item.sha256}"` });
  expect([known.status, known.body.length]).toEqual([304, 0]);
  const outside = await get(server, item.urlPath, { range: "bytes=300000-" });
  expect([outside.status, outside.headers["content-range"]]).toEqual([416, "bytes */300000"]);
  const posted = await get(server, item.urlPath, {}, "POST");
  expect([posted.status, posted.headers.allow]).toEqual([405, "GET, HEAD"]);
});

test("S-052 S-053 a download that was cut anywhere goes on where it was cut", async () => {
  const { server, item } = await start();
  const etag = `"${item.sha256}"`;
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: content.length - 1 }), { maxLength: 4 }),
      async (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), content.length];
        const pieces: Buffer[] = [];
        let at = 0;
        for (const end of ends) {
          const range = end === content.length ? `bytes=${at}-` : `bytes=${at}-${end - 1}`;
          const answer = await get(server, item.urlPath, { range, "if-range": etag });
          expect(answer.status).toBe(206);
          expect(answer.headers["content-range"]).toBe(`bytes ${at}-${end - 1}/${content.length}`);
          pieces.push(answer.body);
          at = end;
        }
        expect(Buffer.concat(pieces).equals(content)).toBe(true);
      },
    ),
    { numRuns: 15 },
  );
});

test("whoever hangs up in the middle of a file does no harm", async () => {
  const { server, item } = await start();
  const socket = connectTcp(Number(new URL(server.opampUrl).port), "127.0.0.1");
  socket.write(`GET ${item.urlPath} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await once(socket, "data");
  socket.destroy();
  await once(socket, "close");
  expect((await get(server, item.urlPath)).body.equals(content)).toBe(true);
});

test("nothing but the files of the folder is had by any path", async () => {
  const { server, folder, item } = await start();
  writeFileSync(join(dirname(folder.directory), "secret"), "secret");
  const paths = [
    "/packages/",
    "/packages",
    "/packages/../secret",
    "/packages/%2e%2e/secret",
    `/packages/${item.sha256}/`,
    `/packages/${item.sha256}/../../secret`,
    `/packages/${item.sha256}/..%2f..%2fsecret`,
    `/packages/${item.sha256}/otel collector.tar.gz`,
    `/packages//${item.sha256}/otel%20collector.tar.gz`,
    `/packages/1.0.0/otel%20collector.tar.gz`,
    folder.keyFile,
    `/packages${folder.keyFile}`,
    "/packages/constructor",
    `/packages/${"a".repeat(8000)}`,
  ].filter((path) => !path.includes(" "));
  for (const path of paths) expect((await get(server, path)).status, path).toBe(404);
  const random = fc.array(fc.constantFrom("..", "%2e", "/", "\\", item.sha256, "1.0.0", "secret"));
  await fc.assert(
    fc.asyncProperty(random, async (parts) => {
      const answer = await get(server, `/packages/${parts.join("/")}`);
      expect(answer.status).toBe(404);
    }),
    { numRuns: 40 },
  );
});

test.each<[string, (file: string) => void]>([
  ["longer", (file) => appendFileSync(file, "more")],
  ["another of the same length", (file) => writeFileSync(file, Buffer.alloc(content.length))],
  ["gone", (file) => renameSync(file, `${file}.old`)],
  [
    "a link to another file",
    (file) => {
      renameSync(file, `${file}.old`);
      symlinkSync(`${file}.old`, file);
    },
  ],
  [
    "the same file by way of a linked folder",
    (file) => {
      const away = `${dirname(dirname(dirname(file)))}/away`;
      renameSync(dirname(file), away);
      symlinkSync(away, dirname(file));
    },
  ],
  [
    "a folder",
    (file) => {
      renameSync(file, `${file}.old`);
      mkdirSync(file);
    },
  ],
])("a file that is %s by the time of its download is not sent", async (_, change) => {
  const { server, item, file } = await start();
  change(file);
  const answer = await get(server, item.urlPath);
  expect(answer.status).toBe(404);
  expect(answer.body.toString()).toMatch(/has changed since it was offered|no such package now/);
});

test("a file that changes while it is sent does not arrive whole", async () => {
  const folder = packagesFolder();
  // More than fits the buffers of both ends.
  const file = folder.put("1/big", Buffer.alloc(64 * 1024 * 1024));
  const { server } = await startServer({ packages: folder });
  const item = server.shelf!.content().items[0]!;
  const { hostname, port } = new URL(server.opampUrl);
  const sent = request({ hostname, port, path: item.urlPath, agent: false });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  appendFileSync(file, "more");
  await expect(response.toArray()).rejects.toThrow("aborted");
});

test("whoever may not talk to the server gets no file, and without a folder there is none", async () => {
  const { server, item } = await start({ authorization: "Bearer word" });
  expect((await get(server, item.urlPath)).status).toBe(401);
  const headers = { authorization: "Bearer word" };
  expect((await get(server, item.urlPath, headers)).status).toBe(200);
  const { server: bare } = await startServer();
  expect((await get(bare, item.urlPath)).status).toBe(404);
});
