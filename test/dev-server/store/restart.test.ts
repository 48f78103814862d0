import { join } from "node:path";
import { expect, test } from "vitest";
import type { DevServer } from "../../../src/dev-server/server.ts";
import type { Pictures } from "../../../src/dev-server/shapes/api-shapes.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import { ConfigStatus } from "../../../src/opamp-client/wire/messages.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { full } from "../conversation.ts";
import { bare, connect, fullCapabilities, poll, startServer, uidOf } from "../raw-agent.ts";

const uid1 = uidToText(uidOf(1));

async function serverOn(path: string): Promise<DevServer> {
  return (await startServer({ state: { path } })).server;
}

test("agents, offers and the authority are those of before after a restart of the server", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const first = await serverOn(path);
  await poll(first, full(1, 0n));
  first.offerConfig(uid1, "receivers: {}", { configuration: { name: "edge", version: 2 } });
  const offered = await poll(first, bare(1, 1n, fullCapabilities));
  const lastRemoteConfigHash = offered.remoteConfig?.configHash ?? new Uint8Array();
  const applied = { status: ConfigStatus.Applied, lastRemoteConfigHash };
  await poll(first, { ...bare(1, 2n, fullCapabilities), remoteConfigStatus: applied });
  const before = first.agents()[0];
  await first.close();

  const second = await serverOn(path);
  expect(second.authorityCert).toBe(first.authorityCert);
  expect(second.agents()).toMatchObject([
    {
      uid: uid1,
      connected: false,
      disconnectedWhy: expect.stringContaining("started anew") as string,
      firstSeenAt: before?.firstSeenAt,
      offer: { state: "applied", hash: before?.offer?.hash, files: before?.offer?.files },
    },
  ]);
  // The numbers follow and the agent has what is wanted of it: nothing is asked and nothing offered again.
  expect(await poll(second, bare(1, 3n, fullCapabilities))).toEqual({
    instanceUid: uidOf(1),
    capabilities: expect.any(BigInt) as bigint,
  });
  const page = await fetch(new URL(`/api/agents/${uid1}`, second.pageUrl));
  expect(await page.json()).toMatchObject({
    configState: "in-sync",
    condition: "healthy",
    configuration: { name: "edge", version: 2 },
    offers: [{ state: "applied", files: [{ name: "", text: "receivers: {}" }] }],
  });
});

test("an offer that waits for its agent goes out after a restart", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const first = await serverOn(path);
  const agent = await connect(first.opampUrl);
  await agent.ask(full(1, 0n));
  agent.socket.terminate();
  await first.waitFor(([one]) => one?.connected === false, 10_000);
  expect(first.offerConfig(uid1, "a: 1").is).toBe("waiting");
  await first.close();
  const second = await serverOn(path);
  const back = await connect(second.opampUrl);
  expect((await back.ask(full(1, 1n))).remoteConfig?.configHash).toBeDefined();
});

test("a forgotten agent stays forgotten, and what was revoked stays revoked", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const first = await serverOn(path);
  const agent = await connect(first.opampUrl);
  await agent.ask(full(1, 0n));
  agent.socket.terminate();
  await first.waitFor(([one]) => one?.connected === false, 10_000);
  expect(first.forgetAgent(uid1).is).toBe("pushed");
  await first.close();
  expect((await serverOn(path)).agents()).toEqual([]);
});

test("pictures go on where they were", async () => {
  const path = join(temporaryFolder(), "state.sqlite");
  const picturesOf = async ({ pageUrl }: DevServer): Promise<Pictures> =>
    (await (await fetch(new URL("/api/pictures", pageUrl))).json()) as Pictures;
  const first = await serverOn(path);
  await poll(first, full(1, 0n));
  first.offerConfig(uid1, "receivers: {}");
  const offered = await poll(first, bare(1, 1n, fullCapabilities));
  const lastRemoteConfigHash = offered.remoteConfig?.configHash ?? new Uint8Array();
  const applied = { status: ConfigStatus.Applied, lastRemoteConfigHash };
  await poll(first, { ...bare(1, 2n, fullCapabilities), remoteConfigStatus: applied });
  const before = await picturesOf(first);
  expect(before.applies).toHaveLength(1);
  await first.close();
  const after = await picturesOf(await serverOn(path));
  expect(after.applies).toEqual(before.applies);
  expect(after.health[0]).toEqual(before.health[0]);
});
