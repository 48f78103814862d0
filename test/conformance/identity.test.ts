import { resumption } from "../helpers/core/resumption.ts";
import { test, expect, describe } from "vitest";
import { newInstanceUid, uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import { record } from "../../src/supervisor/core/report/journal.ts";
import { report } from "../../src/supervisor/core/report/full-report.ts";
import { beginning } from "../../src/supervisor/inputs/first-state.ts";
import { openStore } from "../../src/supervisor/store/store.ts";
import { uid } from "../helpers/core/core-samples.ts";
import { someUid, someReport } from "../helpers/opamp/fake-client.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { both, inTurn, started, sent, offerOf, changed, discarded } from "./fake-server.ts";
import { settledWorld, supervised, profile } from "./supervised.ts";

const machine = { machineId: "this-one", productId: "", instanceId: "" };
const another = new Uint8Array(16).fill(0xcd);

/** One start of the supervisor in a folder; `change` happens while it runs. */
function uidAfterStart(directory: string, change?: string): string {
  const store = openStore(directory);
  const { state } = beginning(store.read(), undefined, directory, machine, resumption());
  const identity = { ...state.identity, uid: change ?? state.identity.uid };
  store.writeJournal(record({ ...state, identity }));
  return state.identity.uid;
}

test("C-048 a new id is a UUID v7 of now", () => {
  const before = Date.now();
  const made = newInstanceUid();
  const view = new DataView(made.buffer);
  const time = view.getUint32(0) * 0x1_0000 + view.getUint16(4);
  expect(made).toHaveLength(16);
  expect((made[6] ?? 0) >> 4).toBe(7);
  expect((made[8] ?? 0) >> 6).toBe(0b10);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});

test("C-049 C-103 two first starts have two ids", () => {
  expect(uidAfterStart(temporaryFolder())).not.toBe(uidAfterStart(temporaryFolder()));
});

test("C-050 C-053 later starts keep the id, also one that a server gave out", () => {
  const directory = temporaryFolder();
  const first = uidAfterStart(directory);
  expect(uidAfterStart(directory, uid)).toBe(first);
  expect(uidAfterStart(directory)).toBe(uid);
});

test("C-050 a crash of the agent does not change it", () => {
  const world = settledWorld();
  world.crash();
  world.pass(1_000);
  expect(world.state().identity.uid).toBe(uid);
});

describe.each(both)("over %s", (over) => {
  test("C-050 a reconnect does not change it", async () => {
    const answer = inTurn({ errorResponse: { type: 2, retryInfo: { retryAfterNanoseconds: 1n } } });
    const { server, link } = await started(over, { reply: () => answer() ?? {} });
    await link("accepted");
    const uids = sent(server).map(({ instanceUid }) => instanceUid);
    expect(uids.length).toBeGreaterThanOrEqual(2);
    expect(new Set(uids.map(String))).toEqual(new Set([String(someUid)]));
  });

  test("C-051 C-052 who asks for an id sends one for the time being, until it has another", async () => {
    const { server, client, received } = await started(over, {}, {}, someReport({ flags: 1n }));
    await received(1);
    client.report(someReport({ instanceUid: another }));
    await received(2);
    expect(sent(server)[0]).toMatchObject({ instanceUid: someUid, flags: 1n });
    expect(sent(server)[1]).toMatchObject({ instanceUid: another });
    expect(sent(server)[1]?.flags).toBeUndefined();
  });

  test("C-053 C-055 C-261 an id from the server holds at once, and the description has it", async () => {
    const answer = inTurn({ agentIdentification: { newInstanceUid: another } });
    const { server, world } = await supervised(over, { reply: () => answer() ?? {} });
    const { message } = await server.message(2);
    const text = "cdcdcdcd-cdcd-cdcd-cdcd-cdcdcdcdcdcd";
    expect(message.instanceUid).toEqual(another);
    expect(message.agentDescription?.identifyingAttributes).toContainEqual({
      key: "service.instance.id",
      value: { stringValue: text },
    });
    world.pass(1_000);
    expect(world.running()[0]?.text).toContain(`service.instance.id: "${text}"`);
  });

  test("C-056 a message for another id is not ours, and is told", async () => {
    const answer = inTurn(
      { ...offerOf("1", ""), instanceUid: another },
      { ...offerOf("2", ""), instanceUid: new Uint8Array() },
      { ...offerOf("3", ""), instanceUid: someUid },
    );
    const pair = await started(over, { reply: () => answer() });
    await pair.server.message(1);
    await pair.events.until((event) => event.on === "message-discarded");
    pair.client.report(changed(1));
    await pair.received(1);
    pair.client.report(changed(2));
    const taken = [await pair.received(1), await pair.received(2)];
    const hashes = taken.map(({ remoteConfig }) => remoteConfig?.configHash);
    expect(hashes).toEqual(["2", "3"].map((hash) => new TextEncoder().encode(hash)));
    expect(discarded(pair)).toHaveLength(1);
  });

  test("C-056 zeros are as good as no id, and our id may be written as text", async () => {
    const answer = inTurn(
      { ...offerOf("1", ""), instanceUid: new Uint8Array(16) },
      { ...offerOf("2", ""), instanceUid: new TextEncoder().encode(uidToText(someUid)) },
    );
    const pair = await started(over, { reply: () => answer() });
    const first = await pair.received(1);
    pair.client.report(changed(1));
    const taken = [first, await pair.received(2)];
    const hashes = taken.map(({ remoteConfig }) => remoteConfig?.configHash);
    expect(hashes).toEqual(["1", "2"].map((hash) => new TextEncoder().encode(hash)));
    expect(discarded(pair)).toEqual([]);
  });
});

test.each([
  ["three bytes", Uint8Array.of(1, 2, 3)],
  ["32 bytes", new Uint8Array(32).fill(1)],
  ["zeros", new Uint8Array(16)],
  ["nothing", new Uint8Array()],
])("C-054 %s are no id: the old one stays", async (_what, newInstanceUid) => {
  const answer = inTurn({ agentIdentification: { newInstanceUid }, ...offerOf("1", "") });
  const { server, world } = await supervised("ws", { reply: () => answer() });
  await server.message(2);
  expect(report(world.state(), profile).instanceUid).toEqual(sent(server)[0]?.instanceUid);
  for (const { message } of server.messages()) {
    expect(message.instanceUid).toEqual(sent(server)[0]?.instanceUid);
  }
});
