import { expect, test } from "vitest";
import type { DevServer } from "../../src/dev-server/server.ts";
import {
  AgentCapability,
  type AgentToServer,
  type PackageStatus,
  type ServerToAgent,
} from "../../src/opamp-client/wire/messages.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import {
  bare,
  connect,
  fullCapabilities,
  poll,
  type RawAgent,
  startServer,
  uidOf,
} from "./raw-agent.ts";
import { packagesFolder, type PackagesFolder } from "./shelf/packages-folder.ts";

const capabilities =
  fullCapabilities | AgentCapability.AcceptsPackages | AgentCapability.ReportsPackageStatuses;
const uid1 = uidToText(uidOf(1));

async function start(
  authorization?: string,
): Promise<{ server: DevServer; folder: PackagesFolder }> {
  const folder = packagesFolder();
  folder.put("1.0.0/otelcol", "one");
  folder.put("2.0.0/otelcol", "two");
  folder.put("addons/geo/1/geo.bin", "geo");
  const { server } = await startServer({ packages: folder, authorization });
  return { server, folder };
}

async function withAgent(): Promise<{ server: DevServer; agent: RawAgent }> {
  const { server } = await start();
  const agent = await connect(server.opampUrl);
  const first = await agent.ask(bare(1, 0n, capabilities));
  expect(first.packagesAvailable).toBeUndefined();
  return { server, agent };
}

/** A report of these packages in answer to an offer with this hash. */
function reports(
  sequenceNum: bigint,
  hash: Uint8Array,
  statuses: Readonly<Record<string, PackageStatus>> = {},
): AgentToServer {
  const packages = new Map(
    Object.entries(statuses).map(([name, each]) => [name, { name, ...each }]),
  );
  const packageStatuses = { packages, serverProvidedAllPackagesHash: hash };
  return { ...bare(1, sequenceNum, capabilities), packageStatuses };
}

/** Empty in the offer of no packages. */
function hashIn(message: ServerToAgent): Uint8Array {
  return message.packagesAvailable!.allPackagesHash ?? new Uint8Array();
}

test("what is offered can be downloaded, and is signed for this name and version", async () => {
  const { server, agent } = await withAgent();
  expect(server.offerPackage(uid1, "", "1.0.0")).toEqual({ is: "pushed" });
  expect(server.offerPackage(uid1, "geo", "1")).toEqual({ is: "pushed" });
  const [one, both] = [await agent.next(), await agent.next()];
  expect(one.packagesAvailable?.packages?.size).toBe(1);
  const [geo, program] = [...both.packagesAvailable!.packages!.values()].toReversed();
  expect([program?.type ?? 0, program?.version]).toEqual([0, "1.0.0"]);
  expect([geo?.type, geo?.version]).toEqual([1, "1"]);
  const item = server.shelf!.find("geo", "1")!;
  expect(Buffer.from(geo!.file!.signature!).equals(item.signature)).toBe(true);
  const response = await fetch(geo!.file!.downloadUrl!);
  expect(await response.text()).toBe("geo");
});

test("S-050 S-051 the hash of an offer depends on what is in it, and not on the order of choosing", async () => {
  const { server, agent } = await withAgent();
  const chosen = [
    ["", "1.0.0"],
    ["geo", "1"],
    ["", undefined],
    ["geo", undefined],
    ["geo", "1"],
    ["", "1.0.0"],
    ["", "2.0.0"],
  ] as const;
  const hashes: string[] = [];
  for (const [name, version] of chosen) {
    server.offerPackage(uid1, name, version);
    hashes.push(Buffer.from(hashIn(await agent.next())).toString("hex"));
  }
  const [program, both, geo, none, geoAgain, bothAgain, newer] = hashes;
  expect([geoAgain, bothAgain]).toEqual([geo, both]);
  expect(new Set([program, both, geo, none, newer]).size).toBe(5);
  for (const hash of [program, both, geo, none, newer]) expect(hash).toHaveLength(64);
});

test("S-049 an offer goes out once, again after a hash that tells of another one, and never in a loop", async () => {
  const { server, agent } = await withAgent();
  server.offerPackage(uid1, "", "1.0.0");
  const offer = await agent.next();
  const silent = await agent.ask(bare(1, 1n, capabilities));
  expect(silent.packagesAvailable).toBeUndefined();
  // It crossed the offer on its way.
  const before = await agent.ask(reports(2n, new Uint8Array()));
  expect(before.packagesAvailable).toBeUndefined();
  const other = await agent.ask(reports(3n, Buffer.from("another")));
  expect(hashIn(other)).toEqual(hashIn(offer));
  expect((await agent.ask(reports(4n, Buffer.from("another")))).packagesAvailable).toBeUndefined();
  let offers = 0;
  for (let at = 5n; at < 40n; at += 1n) {
    // Every message skips a number, and tells of yet another hash.
    const reply = await agent.ask(reports(at * 2n, Buffer.from(`hash ${at}`)));
    if (reply.packagesAvailable !== undefined) offers += 1;
  }
  expect(offers).toBe(6);
  expect((await agent.ask(reports(100n, hashIn(offer)))).packagesAvailable).toBeUndefined();
  // A new connection begins anew, unless the agent has it already.
  agent.socket.terminate();
  await server.waitFor(([first]) => first?.connected === false, 10_000);
  const second = await connect(server.opampUrl);
  expect((await second.ask(bare(1, 0n, capabilities))).packagesAvailable).toBeUndefined();
  const lost = await second.ask(reports(1n, Buffer.from("x")));
  expect(hashIn(lost)).toEqual(hashIn(offer));
});

test("the withdrawal of all goes out once, and once more to an agent that comes back with another hash", async () => {
  const { server, agent } = await withAgent();
  server.offerPackage(uid1, "", "1.0.0");
  const hash = hashIn(await agent.next());
  await agent.ask(reports(1n, hash));
  server.offerPackage(uid1, "", undefined);
  const none = hashIn(await agent.next());
  expect((await agent.ask(reports(2n, hash))).packagesAvailable).toBeUndefined();
  agent.socket.terminate();
  await server.waitFor(([first]) => first?.connected === false, 10_000);
  const second = await connect(server.opampUrl);
  expect((await second.ask(reports(0n, hash))).packagesAvailable).toBeDefined();
  expect((await second.ask(reports(1n, none))).packagesAvailable).toBeUndefined();
  expect(server.agents()[0]?.packages).toMatchObject({ offer: { taken: true }, packages: [] });
});

test("S-048 an agent that does not accept packages is offered none, and gets them when it does", async () => {
  const { server } = await start();
  const agent = await connect(server.opampUrl);
  await agent.ask(bare(1, 0n, fullCapabilities));
  const waiting = server.offerPackage(uid1, "", "1.0.0");
  expect(waiting).toEqual({ is: "waiting", why: "the agent does not accept packages" });
  expect((await agent.ask(bare(1, 1n, fullCapabilities))).packagesAvailable).toBeUndefined();
  expect((await agent.ask(bare(1, 2n, capabilities))).packagesAvailable?.packages?.size).toBe(1);
  expect((await agent.ask(bare(1, 3n, fullCapabilities))).packagesAvailable).toBeUndefined();
});

test("an agent that polls gets the offer with its next answer, and once", async () => {
  const { server } = await start();
  await poll(server, bare(1, 0n, capabilities));
  expect(server.offerPackage(uid1, "", "1.0.0").is).toBe("waiting");
  const answer = await poll(server, bare(1, 1n, capabilities));
  expect(answer.packagesAvailable?.packages?.size).toBe(1);
  expect((await poll(server, bare(1, 2n, capabilities))).packagesAvailable).toBeUndefined();
  // The same number again: the answer before may have been lost.
  const again = await poll(server, bare(1, 2n, capabilities));
  expect(hashIn(again)).toEqual(hashIn(answer));
});

test("an offer has the header that a download needs, and the page does not show it", async () => {
  const { server } = await start("Bearer word");
  const agent = await connect(server.opampUrl, { headers: { authorization: "Bearer word" } });
  await agent.ask(bare(1, 0n, capabilities));
  server.offerPackage(uid1, "", "1.0.0");
  const file = [...(await agent.next()).packagesAvailable!.packages!.values()][0]!.file!;
  expect(file.headers?.headers).toEqual([{ key: "Authorization", value: "Bearer word" }]);
  expect(JSON.stringify(server.agents())).not.toContain("word");
});

test("what the agent says is shown for what is offered now, and kept in its history", async () => {
  const { server, agent } = await withAgent();
  server.offerPackage(uid1, "", "2.0.0");
  const { packages, allPackagesHash } = (await agent.next()).packagesAvailable!;
  const offered = { serverOfferedVersion: "2.0.0", serverOfferedHash: packages!.get("")!.hash! };
  const says = async (sequenceNum: bigint, status: PackageStatus): Promise<unknown> => {
    await agent.ask(reports(sequenceNum, allPackagesHash!, { "": { ...offered, ...status } }));
    return server.agents()[0]?.packages.packages[0];
  };
  const shown = { name: "", kind: "program", had: "", offered: "2.0.0" };
  expect(server.agents()[0]?.packages.packages[0]).toMatchObject({ ...shown, state: "waiting" });
  expect(await says(1n, { status: 1 })).toMatchObject({ ...shown, state: "pending" });
  const downloadDetails = { downloadPercent: 42, downloadBytesPerSecond: 12e6 };
  expect(await says(2n, { status: 4, downloadDetails })).toMatchObject({
    state: "downloading",
    percent: 42,
    bytesPerSecond: 12e6,
  });
  for (const odd of [NaN, Infinity, -1]) {
    const details = { downloadPercent: odd, downloadBytesPerSecond: odd };
    const view = await says(3n, { status: 4, downloadDetails: details });
    expect(view).not.toHaveProperty("percent");
    expect(view).not.toHaveProperty("bytesPerSecond");
  }
  expect(await says(4n, { status: 2 })).toMatchObject({ state: "installing" });
  const errorMessage = "the signature is none of this package";
  const failed = { status: 3, errorMessage, agentHasVersion: "1.0.0" };
  expect(await says(5n, failed)).toMatchObject({ state: "failed", errorMessage, had: "1.0.0" });
  // Somebody who offers it again wants it tried again.
  expect(server.offerPackage(uid1, "", "2.0.0").is).toBe("pushed");
  await agent.next();
  const installed = { status: 0, agentHasVersion: "2.0.0" };
  expect(await says(6n, installed)).toMatchObject({ state: "installed", had: "2.0.0" });
  expect(server.offerPackage(uid1, "", "2.0.0").is).toBe("unchanged");
  server.offerPackage(uid1, "", "1.0.0");
  expect(server.agents()[0]?.packages.packages[0]).toMatchObject({
    had: "2.0.0",
    state: "waiting",
  });
  const told = server.agents()[0]!.history.filter(({ kind }) => kind === "package");
  expect(told.map(({ text }) => text.replace("Package of the collector ", ""))).toEqual([
    "2.0.0: pending",
    "2.0.0: downloading",
    "2.0.0: installing",
    `2.0.0: failed · ${errorMessage}`,
    "2.0.0: installed",
  ]);
});

test("a second program, an unknown version and a withdrawal of nothing are refused", async () => {
  const { server, folder } = await start();
  folder.put("custom/1/otelcol", "custom");
  await server.shelf!.read();
  const agent = await connect(server.opampUrl);
  await agent.ask(bare(1, 0n, capabilities));
  server.offerPackage(uid1, "", "1.0.0");
  for (const [name, version, why] of [
    ["custom", "1", "withdraw it first"],
    ["", "9", "it is not in the folder"],
    ["geo", undefined, "is not offered"],
    ["nothing", "1", "there is no version 1 of nothing"],
  ] as const) {
    const { is, ...rest } = server.offerPackage(uid1, name, version);
    expect([is, JSON.stringify(rest)]).toEqual(["refused", expect.stringContaining(why)]);
  }
  expect(server.offerPackage(uidToText(uidOf(9)), "", "1.0.0").is).toBe("refused");
});

test("a thousand agents get the same offer, each of them once", async () => {
  const { server } = await start();
  const agent = await connect(server.opampUrl);
  const uids = Array.from({ length: 1000 }, (_, at) => {
    const uid = new Uint8Array(16);
    new DataView(uid.buffer).setUint32(0, at + 1);
    return uid;
  });
  for (const instanceUid of uids) {
    await agent.ask({ instanceUid, sequenceNum: 0n, capabilities });
  }
  const outcome = server.offerPackageToAll("", "1.0.0");
  expect(outcome).toEqual({ pushed: 1000, waiting: 0, unchanged: 0, refused: 0 });
  const seen = new Set<string>();
  const hashes = new Set<string>();
  for (let at = 0; at < 1000; at += 1) {
    const message = await agent.next();
    seen.add(Buffer.from(message.instanceUid!).toString("hex"));
    hashes.add(Buffer.from(hashIn(message)).toString("hex"));
  }
  expect([seen.size, hashes.size, agent.unread.length]).toEqual([1000, 1, 0]);
  expect(server.offerPackageToAll("geo", undefined)).toMatchObject({ pushed: 0 });
  expect(server.offerPackageToAll("", undefined)).toMatchObject({ pushed: 1000 });
});
