import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { list } from "../../../src/cli/fleet/fleet.ts";
import { surroundings } from "../../../src/cli/surroundings.ts";
import type { DevServer } from "../../../src/dev-server/server.ts";
import { castRole } from "../../../src/simulate/cast.ts";
import { newAgent, reportOf } from "../../../src/simulate/simulated-agent.ts";
import { connect, startServer } from "../../dev-server/raw-agent.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** A command's surroundings, and what it has printed. */
function printed(environment: Record<string, string> = {}) {
  const texts = { out: "", err: "" };
  const here = {
    ...surroundings(),
    environment: new Map(Object.entries(environment)),
    workingDirectory: temporaryFolder(),
    terminal: false,
    out: (text: string) => void (texts.out += text),
    err: (text: string) => void (texts.err += text),
  };
  return { here, texts };
}

async function serverWithAgents(count: number): Promise<DevServer> {
  const { server } = await startServer();
  for (let index = 0; index < count; index += 1) {
    const agent = await connect(server.opampUrl);
    const { instanceUid, capabilities, agentDescription, health } = reportOf(
      newAgent(castRole("list", index, 0), 0),
    );
    await agent.ask({
      ...{ instanceUid, capabilities, sequenceNum: 0n },
      ...(agentDescription && { agentDescription }),
      ...(health && { health }),
    });
  }
  return server;
}

/** A console that says this to everything, and what it was shown. */
async function saying(status: number, text: string): Promise<{ page: string; shown: string[] }> {
  const shown: string[] = [];
  const server = createServer((request, response) => {
    shown.push(request.headers.authorization ?? "none");
    response.writeHead(status);
    response.end(text);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { page: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, shown };
}

test("agents are listed, those that a query finds alone, and as JSON", async () => {
  const { pageUrl: page } = await serverWithAgents(3);
  const all = printed();
  expect(await list("", { page, json: false }, all.here)).toBe(0);
  expect(all.texts.out.trim().split("\n")).toHaveLength(4);
  const some = printed({ OPAMPSUPERVISOR_CONSOLE: page });
  expect(await list("host=list-0002", { json: true }, some.here)).toBe(0);
  expect(JSON.parse(some.texts.out)).toMatchObject([{ hostName: "list-0002" }]);
});

test("a query that nobody understands is refused with the console's words", async () => {
  const { pageUrl: page } = await serverWithAgents(0);
  const { here, texts } = printed();
  expect(await list("is:", { page, json: false }, here)).toBe(2);
  expect(texts.err).toContain("opampsupervisor: expected a value after is:");
});

test("no console there is said with what to do", async () => {
  const [port = 0] = await freePorts(1);
  const { here, texts } = printed();
  expect(await list("", { page: `http://127.0.0.1:${port}`, json: false }, here)).toBe(1);
  expect(texts.err).toContain(`nothing listens at http://127.0.0.1:${port}`);
  expect(texts.err).toContain("opampsupervisor dev-server");
});

test.each(["", "127.0.0.1:4321", "ftp://x/", "http://"])("%j is no console", async (page) => {
  const { here, texts } = printed();
  expect(await list("", { page, json: false }, here)).toBe(2);
  expect(texts.err).toContain("expected --page to be an http or https URL");
});

test("something else than a console is no reason to print what it says", async () => {
  const { here, texts } = printed();
  const { page } = await saying(200, "<html>welcome</html>");
  expect(await list("", { page, json: false }, here)).toBe(1);
  expect(texts.err).toContain("no JSON: is this a console?");
  expect(texts.err).not.toContain("welcome");
});

test("the token is sent and stands in no output; a console that wants one says so", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "token"), "geheim\n");
  const good = await saying(200, '{"agents": []}');
  const { here, texts } = printed();
  const tokenFile = join(folder, "token");
  expect(await list("", { page: good.page, json: true, tokenFile }, here)).toBe(0);
  const bad = await saying(401, '{"error": "another token is wanted"}');
  const other = printed({ OPAMPSUPERVISOR_CONSOLE_TOKEN: "geheim" });
  expect(await list("", { page: bad.page, json: false }, other.here)).toBe(1);
  expect(other.texts.err).toContain("another token is wanted (--token-file FILE");
  expect([...good.shown, ...bad.shown]).toEqual(["Bearer geheim", "Bearer geheim"]);
  expect(JSON.stringify([texts, other.texts])).not.toContain("geheim");
});

test("a token file that is empty, missing or odd is named", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "empty"), "\n");
  writeFileSync(join(folder, "odd"), "two words\n");
  for (const [name, why] of [
    ["empty", "expected a token in"],
    ["none", "cannot be read"],
    ["odd", "without blanks"],
  ] as const) {
    const { here, texts } = printed();
    expect(await list("", { json: false, tokenFile: join(folder, name) }, here)).toBe(2);
    expect(texts.err).toContain(why);
    expect(texts.err).not.toContain("two words");
  }
});
