import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { authorityOf, makeAuthority } from "../../src/dev-server/connections/authority.ts";
import { makeCertificate } from "../../src/dev-server/connections/self-signed.ts";
import type { DevServer } from "../../src/dev-server/server.ts";
import { AgentCapability } from "../../src/opamp-client/wire/messages.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { ask, greeting } from "./console/console-api.ts";
import { connect, poll, startServer, uidOf } from "./raw-agent.ts";
import { packagesFolder } from "./shelf/packages-folder.ts";

const uid = uidToText(uidOf(1));
const hello = greeting(1, "web-1");
const capabilities = hello.capabilities | AgentCapability.AcceptsPackages;

/** A copy of a state file as it would be found if its server were killed now. */
function copyOf(path: string): string {
  const copy = join(temporaryFolder(), "copy.sqlite");
  for (const end of ["", "-wal"]) if (existsSync(path + end)) cpSync(path + end, copy + end);
  return copy;
}

/** What a server would find if this one were killed as soon as `act` has its answer. */
async function foundAfter(
  act: (server: DevServer) => void,
  takesGuests = false,
): Promise<Readonly<Record<string, unknown>>> {
  const path = join(temporaryFolder(), "state.sqlite");
  const folder = packagesFolder();
  folder.put("1.0.0/otelcol", "one");
  const guests = takesGuests ? { authorization: "Bearer 1", takesGuests } : {};
  const options = { packages: folder, state: { path }, ...guests };
  const { server: first } = await startServer(options);
  await poll(first, { ...hello, capabilities });
  // The agent itself is known from then on.
  await first.close();
  act((await startServer(options)).server);
  return lookedUp(copyOf(path));
}

async function lookedUp(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { server } = await startServer({ state: { path } });
  const { status, body } = await ask(server, "GET", `/api/agents/${uid}`);
  return status === 200 ? body : { status };
}

test("a package that waits for its agent is on the disk before whoever offered it is answered", async () => {
  const offer = (server: DevServer): void => {
    expect(server.offerPackage(uid, "", "1.0.0").is).toBe("waiting");
  };
  expect(JSON.stringify((await foundAfter(offer))["packages"])).toContain("1.0.0");
  const toAll = (server: DevServer): void => {
    expect(server.offerPackageToAll("", "1.0.0")).toMatchObject({ waiting: 1 });
  };
  expect(JSON.stringify((await foundAfter(toAll))["packages"])).toContain("1.0.0");
});

test("so is a configuration, and whom a person has refused", async () => {
  const config = (server: DevServer): void => void server.offerConfig(uid, "a: 1");
  expect(await foundAfter(config)).toMatchObject({ offers: [{ state: "waiting" }] });
  const refuse = (server: DevServer): void => void server.turnAwayAgent(uid);
  expect(await foundAfter(refuse, true)).toMatchObject({ guest: { is: "refused" } });
});

test("an agent that was forgotten is gone for good before that is answered", async () => {
  const forget = (server: DevServer): void => expect(server.forgetAgent(uid).is).toBe("pushed");
  expect(await foundAfter(forget)).toMatchObject({ status: 404 });
});

test("what is wished of an agent that was first heard just now is kept together with it", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const { server } = await startServer({ state: { path } });
  await poll(server, hello);
  server.offerConfig(uid, "a: 1");
  expect(await lookedUp(copyOf(path))).toMatchObject({ offers: [{ state: "waiting" }] });
});

test("wishes for many are written at once, before any of them is sent", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const { server } = await startServer({ state: { path } });
  const agents = [await connect(server.opampUrl), await connect(server.opampUrl)];
  for (const [index, agent] of agents.entries()) {
    await agent.ask(greeting(index + 1, `web-${index + 1}`));
  }
  let copy = "";
  server.together(() => {
    // One in another is part of it.
    server.together(() => expect(server.offerConfig(uid, "a: 1").is).toBe("pushed"));
    server.offerConfig(uidToText(uidOf(2)), "a: 1");
    copy = copyOf(path);
  });
  expect((await lookedUp(copy))["offers"] ?? []).toEqual([]);
  expect(await lookedUp(copyOf(path))).toMatchObject({ offers: [{ state: "sent" }] });
  for (const agent of agents) expect((await agent.next()).remoteConfig).toBeDefined();
});

test("one of many that has just left waits for what it was to get, and the others get it", async () => {
  const { server } = await startServer();
  const [leaver, stayer] = [await connect(server.opampUrl), await connect(server.opampUrl)];
  await leaver.ask(hello);
  await stayer.ask(greeting(2, "web-2"));
  server.together(() => {
    server.offerConfig(uid, "a: 1");
    server.offerConfig(uidToText(uidOf(2)), "a: 1");
    leaver.socket.terminate();
  });
  expect((await stayer.next()).remoteConfig).toBeDefined();
  await server.waitFor((all) => all.some(({ connected }) => !connected), 10_000);
  const again = await connect(server.opampUrl);
  expect((await again.ask(hello)).remoteConfig).toBeDefined();
});

test("a certificate that was revoked is so for good before that is answered", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const tls = makeCertificate(Date.now());
  const authority = makeAuthority(Date.now());
  const shown = authorityOf(authority, 86_400_000).issue(uid, Date.now());
  const options = { state: { path }, tls, authority };
  const { server } = await startServer(options);
  const agent = await connect(server.opampUrl, { ca: tls.cert, ...shown });
  await agent.ask(hello);
  expect(server.revokeCertificate(uid).is).toBe("pushed");
  const found = await startServer({ ...options, state: { path: copyOf(path) } });
  const again = connect(found.server.opampUrl, { ca: tls.cert, ...shown });
  await expect(again).rejects.toThrow("403");
});
