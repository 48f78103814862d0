import { createServer, type RequestListener } from "node:http";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { fetchSources } from "../../src/sources/fetch-sources.ts";
import { copiesDirectory } from "../../src/sources/kept-copies.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.yaml`;
}

const terms = (
  copies: string | undefined,
  timeoutMs = 20_000,
): Parameters<typeof fetchSources>[1] => ({
  environment: new Map([["TEXT", "a: 1\n"]]),
  ...{ timeoutMs, copies },
});

test("all are fetched side by side, and what cannot be had is named with its reason", async () => {
  const address = await serve((request, response) => response.end(`path: ${request.url ?? ""}\n`));
  const got = await fetchSources(
    ["env:TEXT", "env:OTHER", address, "s3://nothing"],
    terms(undefined),
  );
  expect([...got]).toEqual([
    ["env:TEXT", { text: "a: 1\n" }],
    ["env:OTHER", { fault: "the variable OTHER is not set" }],
    [address, { text: "path: /a.yaml\n" }],
    ["s3://nothing", { fault: "expected s3://BUCKET/KEY" }],
  ]);
});

test.each<[string, RequestListener, RegExp]>([
  ["is not there", (_, response) => response.writeHead(404).end("no"), /is not there \(404\)/],
  ["may not be read", (_, response) => response.writeHead(403).end("no"), /status 403/],
  ["is too large", (_, response) => response.end(Buffer.alloc(9 * 1024 * 1024, "a")), /too large/],
  [
    "breaks off",
    (request, response) => response.write("a", () => request.socket.destroy()),
    /cut|failed/,
  ],
])("a text that %s is a fault", async (_name, answer, words) => {
  const address = await serve(answer);
  const got = await fetchSources([address], terms(undefined));
  expect(got.get(address)).toEqual({ fault: expect.stringMatching(words) as string });
});

test.each<[string, RequestListener]>([
  ["is not there", (_, response) => response.writeHead(404).end("no")],
  ["may not be read", (_, response) => response.writeHead(403).end("no")],
  ["is too large", (_, response) => response.end(Buffer.alloc(9 * 1024 * 1024, "a"))],
  [
    "leads to what is no address",
    (_, response) => response.writeHead(302, { location: "http://[?sig=hunter2 a" }).end(),
  ],
])("the key in an address that %s is not shown", async (_name, answer) => {
  const address = `${await serve(answer)}?sig=hunter2`;
  const got = await fetchSources([address], terms(undefined));
  expect(got.get(address)).toEqual({ fault: expect.not.stringContaining("hunter2") as string });
});

test("whatever answers come in whatever order, what is used is the newest that ever came", async () => {
  const answers = { next: "" as string | number };
  const address = await serve((_, response) =>
    typeof answers.next === "number"
      ? response.writeHead(answers.next).end("no text")
      : response.end(answers.next),
  );
  const answer = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom(404, 403, 500, 204));
  const round = fc.record({ answer, copies: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(round, { maxLength: 8 }), async (rounds) => {
      const place = join(temporaryFolder(), "sources");
      let newest: string | undefined;
      for (const { answer: next, copies } of rounds) {
        answers.next = next;
        const got = (await fetchSources([address], terms(copies ? place : undefined))).get(address);
        if (typeof next === "string") expect(got).toEqual({ text: next });
        else if (!copies || newest === undefined) expect(got).toHaveProperty("fault");
        else expect(got).toMatchObject({ text: newest, stale: expect.any(String) as string });
        if (typeof next === "string" && copies) newest = next;
      }
    }),
    { numRuns: 30, interruptAfterTimeLimit: 4_000 },
  );
});

test("whoever does not answer is waited for no longer than said", async () => {
  const address = await serve(() => undefined);
  const got = await fetchSources([address], terms(undefined, 100));
  expect(got.get(address)).toEqual({ fault: "no answer within 0.1 s" });
});

test("the last text stands in for a source that is gone, for this user alone to read", async () => {
  const copies = join(temporaryFolder(), "state", "sources");
  let there = true;
  const address = await serve((_, response) =>
    there ? response.end("a: 1\n") : response.writeHead(503).end(),
  );
  expect((await fetchSources([address], terms(copies))).get(address)).toEqual({ text: "a: 1\n" });
  const [name = ""] = readdirSync(copies);
  expect(statSync(join(copies, name)).mode & 0o777).toBe(0o600);
  expect(statSync(copies).mode & 0o777).toBe(0o700);
  there = false;
  expect((await fetchSources([address], terms(copies))).get(address)).toEqual({
    text: "a: 1\n",
    stale: expect.stringContaining("503") as string,
  });
  // Somebody's link to another file is no copy of ours.
  rmSync(join(copies, name));
  mkdirSync(join(copies, name));
  expect((await fetchSources([address], terms(copies))).get(address)).toHaveProperty("fault");
});

test("a place that takes no copy is no reason to go without the text", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  const address = await serve((_, response) => response.end("a: 1\n"));
  const got = await fetchSources([address], terms(join(folder, "file", "sources")));
  expect(got.get(address)).toEqual({ text: "a: 1\n" });
});

test.each([
  [{ STATE_DIRECTORY: "/var/lib/a:/var/lib/b", HOME: "/root" }, "/var/lib/a/sources"],
  [{ XDG_CACHE_HOME: "/cache", HOME: "/root" }, "/cache/opampsupervisor/sources"],
  [{ HOME: "/root" }, "/root/.cache/opampsupervisor/sources"],
  [{}, undefined],
])("with %j copies lie in %s", (variables, expected) => {
  expect(copiesDirectory(new Map(Object.entries(variables)))).toBe(expected);
});
