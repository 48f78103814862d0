import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DevServer } from "../../src/dev-server/server.ts";
import { AgentCapability } from "../../src/opamp-client/wire/messages.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { ask, greeting } from "./console/console-api.ts";
import { poll, startServer, uidOf } from "./raw-agent.ts";
import { packagesFolder } from "./shelf/packages-folder.ts";

const uid = uidToText(uidOf(1));
const hello = greeting(1, "web-1");
const capabilities = hello.capabilities | AgentCapability.AcceptsPackages;

/** What a server would find if this one were killed as soon as `act` has its answer. */
async function foundAfter(
  act: (server: DevServer) => void,
  takesGuests = false,
): Promise<Readonly<Record<string, unknown>>> {
  const [path, copy] = ["state", "copy"].map((name) => join(temporaryFolder(), `${name}.sqlite`));
  const folder = packagesFolder();
  folder.put("1.0.0/otelcol", "one");
  const guests = takesGuests ? { authorization: "Bearer 1", takesGuests } : {};
  const options = { packages: folder, state: { path: path! }, ...guests };
  const { server: first } = await startServer(options);
  await poll(first, { ...hello, capabilities });
  // The agent itself is known from then on.
  await first.close();
  act((await startServer(options)).server);
  for (const end of ["", "-wal"]) {
    if (existsSync(path! + end)) cpSync(path! + end, copy! + end);
  }
  const { server: next } = await startServer({ state: { path: copy! } });
  return (await ask(next, "GET", `/api/agents/${uid}`)).body;
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
