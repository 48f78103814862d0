import { momentAt } from "../../helpers/net/moment.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { type Watched, watchedClient, someReport } from "../../helpers/opamp/fake-client.ts";
import { type FakeServer, startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";
import { temporaryFolder, script } from "../../helpers/temporary-folder.ts";
import { startTokenServer } from "../../helpers/net/token-server.ts";
import { createCredentials } from "../../../src/supervisor/credentials/credentials.ts";
import type { ServerSettings } from "../../../src/supervisor/settings/settings.ts";
import { environmentsProxy } from "../../../src/net/proxy.ts";
import { defaultTls } from "../../../src/opamp-client/transport/client-options.ts";

const both = ["ws", "http"] as const;

function settingsWith(changes: Partial<ServerSettings>): ServerSettings {
  return {
    endpoint: "",
    fallbackEndpoints: [],
    headers: new Map(),
    headerFiles: new Map(),
    headerCommands: new Map(),
    headerCommandIntervalMs: 60_000,
    auth: undefined,
    authExtension: undefined,
    tls: { ...defaultTls, caFile: undefined, certFile: undefined, keyFile: undefined },
    proxy: environmentsProxy,
    compression: "none",
    offers: { allowedHosts: undefined, allowWeakerTls: false },
    certificate: undefined,
    ...changes,
  };
}

interface Scene extends Watched {
  readonly server: FakeServer;
}

/** A client whose headers come from these settings; the server lets in who shows one of `good`. */
async function connecting(
  over: "ws" | "http",
  changes: Partial<ServerSettings>,
  good: ReadonlySet<string>,
  header = "authorization",
): Promise<Scene> {
  const server = await startFakeServer();
  server.script.intercept = () =>
    good.has(seenHeaders(server, header).at(-1) ?? "") ? undefined : { status: 401 };
  const credentials = createCredentials(settingsWith(changes), {
    environment: new Map(Object.entries({ PATH: process.env["PATH"] ?? "" })),
    now: () => momentAt(performance.now()),
    warn: () => undefined,
  });
  const watched = watchedClient({
    endpoint: over === "ws" ? server.wsUrl : server.httpUrl,
    dial: async (attempt) => ({ headers: await credentials(attempt) }),
    firstDeniedDelayMs: 1,
    deniedDelayMs: 20,
  });
  onTestFinished(() => watched.client.stop());
  watched.client.report(someReport());
  watched.client.start();
  return { server, ...watched };
}

function seenHeaders({ seen }: FakeServer, header: string): readonly string[] {
  return seen.all.flatMap((each) =>
    each.saw === "request" ? [String(each.request.headers[header])] : [],
  );
}

test.each(both)(
  "a token that was replaced in its file is the one of the next connection, %s",
  async (over) => {
    const file = join(temporaryFolder(), "token");
    writeFileSync(file, "Bearer first\n");
    const good = new Set(["Bearer first"]);
    const { server, link, client } = await connecting(
      over,
      { headerFiles: new Map([["Authorization", file]]) },
      good,
    );
    await link("accepted");
    writeFileSync(file, "Bearer second\n");
    good.add("Bearer second");
    good.delete("Bearer first");
    // The server ends what it has let in; over HTTP it refuses the next message.
    if (over === "ws") (await server.connection(1)).cut();
    client.report(someReport({ health: { healthy: false } }));
    await link("accepted", 2);
    expect(seenHeaders(server, "authorization").at(-1)).toBe("Bearer second");
  },
);

test.each(both)(
  "what a command printed is shown, and after a 401 what it prints now, %s",
  async (over) => {
    const outputs = join(temporaryFolder(), "outputs");
    writeFileSync(outputs, "old\n");
    const command = [script(`tail -n 1 ${outputs}; echo new >> ${outputs}`)];
    const { server, link } = await connecting(
      over,
      { headerCommands: new Map([["X-Key", command]]) },
      new Set(["new"]),
      "x-key",
    );
    await link("accepted");
    expect(seenHeaders(server, "x-key")).toEqual(["old", "new"]);
  },
);

test.each(both)(
  "a token that the server refuses is replaced by one that was just handed out, %s",
  async (over) => {
    const tokens = await startTokenServer();
    const { server, link } = await connecting(
      over,
      {
        headers: new Map([
          ["authorization", ["Bearer of the settings"]],
          ["X-Tenant", ["blue"]],
        ]),
        auth: "oauth2client",
        authExtension: {
          type: "oauth2client",
          clientId: { is: "text", text: "agent" },
          clientSecret: { is: "text", text: "secret" },
          assertion: undefined,
          tokenUrl: tokens.url,
          scopes: [],
          endpointParams: new Map(),
          timeoutMs: 10_000,
          expiryBufferMs: 300_000,
          tls: { ...defaultTls, ca: undefined, cert: undefined, key: undefined },
        },
      },
      new Set(["Bearer token-2"]),
    );
    await link("accepted");
    expect(seenHeaders(server, "authorization")).toEqual(["Bearer token-1", "Bearer token-2"]);
    expect(seenHeaders(server, "x-tenant")).toEqual(["blue", "blue"]);
  },
);

test.each(both)(
  "what is missing is a failed attempt with its reason, until it is there, %s",
  async (over) => {
    const file = join(temporaryFolder(), "token");
    const { link } = await connecting(
      over,
      { headerFiles: new Map([["Authorization", file]]) },
      new Set(["Bearer first"]),
    );
    expect(await link("waiting")).toMatchObject({
      link: {
        reason: `server.header_files gave no value for the header Authorization, the file ${file} does not exist`,
      },
    });
    writeFileSync(file, "Bearer first");
    await link("accepted");
  },
);

const attempt = { endpoint: "", denied: false, failures: 0 };
const written = (text: string) => ({ is: "text", text }) as const;
const nothing = {
  environment: new Map<string, string>(),
  now: () => momentAt(0),
  warn: () => undefined,
};
const bearer = { type: "bearertokenauth", header: "Authorization", scheme: "Bearer" } as const;

test.each([
  [{ ...bearer, token: written("abc") }, ["Authorization", ["Bearer abc"]]],
  [{ ...bearer, scheme: "", token: written("abc") }, ["Authorization", ["abc"]]],
  [{ ...bearer, header: "X-Token", token: written("abc\nold") }, ["X-Token", ["Bearer abc"]]],
  [
    { type: "basicauth", username: written("agent"), password: written("hünter2") },
    ["Authorization", ["Basic YWdlbnQ6aMO8bnRlcjI="]],
  ],
] as const)("the header of %j", async (authExtension, header) => {
  const credentials = createCredentials(settingsWith({ auth: "x", authExtension }), nothing);
  expect([...(await credentials(attempt))]).toEqual([header]);
});

test.each([
  ["", "is empty"],
  ["planted\nvalue", "found a line break or a special character"],
  ["planted\u0001value", "found a line break or a special character"],
  ["Bearer", "found nothing or only Bearer"],
])("a file that holds no header value (%j) is named, and nothing in it", async (text, words) => {
  const file = join(temporaryFolder(), "token");
  writeFileSync(file, text);
  const settings = settingsWith({ headerFiles: new Map([["X-Key", file]]) });
  const failure = await createCredentials(settings, nothing)(attempt).catch(String);
  expect(failure).toContain("server.header_files gave no value for the header X-Key");
  expect(failure).toContain(words);
  expect(failure).not.toContain("planted");
});

test("a user name from a file may have no colon", async () => {
  const file = join(temporaryFolder(), "user");
  writeFileSync(file, "a:b");
  const authExtension = {
    type: "basicauth",
    username: { is: "file", file },
    password: written("c"),
  } as const;
  const credentials = createCredentials(
    settingsWith({ auth: "basicauth", authExtension }),
    nothing,
  );
  await expect(credentials(attempt)).rejects.toThrow("extensions.basicauth gave no value");
});
