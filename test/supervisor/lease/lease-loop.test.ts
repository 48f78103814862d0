import { expect, onTestFinished, test } from "vitest";
import type { Contender } from "../../../src/supervisor/core/lease/contend.ts";
import { leaseRequests } from "../../../src/supervisor/lease/lease-requests.ts";
import { type LeaseLoop, startLeaseLoop } from "../../../src/supervisor/lease/lease-loop.ts";
import { systemClock } from "../../../src/supervisor/inputs/clocks.ts";
import { createEventLog, type EventLog } from "../../helpers/event-log.ts";
import { type Cluster, leases, startCluster } from "../../helpers/kubernetes/cluster.ts";

interface Seen {
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Looks often, and holds for long: how fast this machine is does not matter. */
const patient = {
  durationMs: 600_000,
  beatMs: 10,
  retryMs: 10,
  giveUpMs: 400_000,
  answerMs: 5_000,
};

interface Running {
  readonly loop: LeaseLoop;
  readonly states: EventLog<Contender>;
}

function contend({ client }: Cluster, me: string, terms = patient): Running {
  const { durationMs } = terms;
  const target = { namespace: "monitoring", name: "x", me, durationMs };
  const requests = leaseRequests(client, target, systemClock.wall);
  const states = createEventLog<Contender>();
  const loop = startLeaseLoop(requests, { me, terms }, systemClock.now, (_, after) =>
    states.add(after),
  );
  onTestFinished(loop.giveBack);
  return { loop, states };
}

const becomes = ({ states }: Running, is: Contender["role"]["is"]) =>
  states.until(({ role }) => role.is === is);
const specOf = ({ api }: Cluster) => (api.get(leases, "x") as unknown as Seen | undefined)?.spec;

test("one leads, the other follows when the lease is given back", async () => {
  const cluster = await startCluster();
  const a = contend(cluster, "a");
  await becomes(a, "leading");
  expect(specOf(cluster)).toMatchObject({ holderIdentity: "a", leaseTransitions: 0 });
  const b = contend(cluster, "b");
  await b.states.until(({ seen }) => typeof seen === "object" && seen.lease.holder === "a");
  expect(b.loop.state().role.is).toBe("waiting");
  await a.loop.giveBack();
  await becomes(b, "leading");
  expect(specOf(cluster)).toMatchObject({ holderIdentity: "b", leaseTransitions: 1 });
});

test("of many that begin at a time one leads", async () => {
  const cluster = await startCluster();
  const all = Array.from({ length: 10 }, (_, index) => contend(cluster, `c${index}`));
  await Promise.all(
    all.map(({ states }) =>
      states.until(({ seen, role }) => role.is === "leading" || typeof seen === "object"),
    ),
  );
  expect(all.filter(({ loop }) => loop.state().role.is === "leading")).toHaveLength(1);
});

test("a holder that is gone is waited for as long as its lease says, whatever its dates say", async () => {
  const cluster = await startCluster();
  const date = "1999-01-01T00:00:00.000000Z";
  const spec = { holderIdentity: "gone", leaseDurationSeconds: 1, renewTime: date };
  cluster.api.put(leases, { metadata: { name: "x" }, spec });
  const begun = performance.now();
  const a = contend(cluster, "a");
  await becomes(a, "leading");
  expect(performance.now() - begun).toBeGreaterThanOrEqual(999);
});

test("a lease that is taken away ends its holder, and stays with who has it", async () => {
  const cluster = await startCluster();
  const a = contend(cluster, "a");
  await becomes(a, "leading");
  cluster.api.put(leases, { metadata: { name: "x" }, spec: { holderIdentity: "thief" } });
  const { role } = await becomes(a, "lost");
  expect(role).toMatchObject({ why: "it is now held by thief" });
  await a.loop.giveBack();
  expect(specOf(cluster)).toMatchObject({ holderIdentity: "thief" });
});

test("one that cannot renew it ends, and says why", async () => {
  const cluster = await startCluster();
  const a = contend(cluster, "a", { ...patient, giveUpMs: 500 });
  await becomes(a, "leading");
  await cluster.api.stop();
  const { role } = await becomes(a, "lost");
  expect(role).toMatchObject({
    why: expect.stringMatching(/could not be renewed for \d+ s/) as string,
  });
});

test("an answer that never ends keeps nobody in office", async () => {
  const cluster = await startCluster();
  const a = contend(cluster, "a", { ...patient, giveUpMs: 500 });
  await becomes(a, "leading");
  cluster.api.endless = () => true;
  const { role } = await becomes(a, "lost");
  expect(role).toMatchObject({ why: expect.stringContaining("did not answer") as string });
  cluster.client.close();
});

test("a right that is missing is named, and asked for again", async () => {
  const cluster = await startCluster();
  const message = 'User "x" cannot get resource "leases"';
  cluster.api.fault = () => ({ code: 403, reason: "Forbidden", message });
  const a = contend(cluster, "a");
  await a.states.until(({ trouble }) => trouble?.includes("cannot get") === true);
  cluster.api.fault = () => undefined;
  await becomes(a, "leading");
  expect(a.loop.state().trouble).toBeUndefined();
});

test("without its namespace it is not asked for in a hurry", async () => {
  const cluster = await startCluster();
  cluster.api.fault = () => ({ code: 404, reason: "NotFound", message: "no namespace" });
  const a = contend(cluster, "a", { ...patient, beatMs: 300_000 });
  await a.states.until(({ trouble }) => trouble?.includes("no namespace") === true);
  expect(cluster.api.requests.map(({ method }) => method)).toEqual(["GET", "POST"]);
});

test("what answers in place of Kubernetes is not taken for a lease", async () => {
  const cluster = await startCluster();
  cluster.api.fault = () => ({ code: 200, reason: "", message: "welcome" });
  const a = contend(cluster, "a");
  await a.states.until(({ trouble }) => trouble === "what answers is not Kubernetes");
  cluster.api.fault = () => ({ code: 404, reason: "", message: "no such page" });
  await a.states.until(({ trouble }) => trouble?.includes("no such page") === true);
});

test("what others keep in the object stays, and one that somebody removes is made again", async () => {
  const cluster = await startCluster();
  const labels = { team: "observability" };
  const spec = { holderIdentity: "", preferredHolder: "z" };
  cluster.api.put(leases, { metadata: { name: "x", labels }, spec });
  const a = contend(cluster, "a");
  await becomes(a, "leading");
  expect(cluster.api.get(leases, "x")).toMatchObject({
    ...{ metadata: { labels }, spec: { holderIdentity: "a", preferredHolder: "z" } },
  });
  cluster.api.remove(leases, "x");
  await a.states.until(() => specOf(cluster)?.["holderIdentity"] === "a");
  expect(a.loop.state().role.is).toBe("leading");
});
