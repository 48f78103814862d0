import { expect, onTestFinished, test } from "vitest";
import { follow } from "../../src/kubernetes/follow.ts";
import { type Cluster, configMaps, startCluster } from "../helpers/kubernetes/cluster.ts";
import { createEventLog } from "../helpers/event-log.ts";

type Told = { readonly names: string } | { readonly unseen: string };

function following({ client }: Cluster) {
  const log = createEventLog<Told>();
  const over = new AbortController();
  onTestFinished(() => {
    over.abort();
    client.close();
  });
  const followed = { path: configMaps, selector: "labelSelector=a", retryMs: 20 };
  const sink = {
    seen: (objects: ReadonlyMap<string, unknown>) => log.add({ names: [...objects.keys()].join() }),
    unseen: (unseen: string) => log.add({ unseen }),
  };
  void follow(client, followed, sink, over.signal);
  const names = (text: string) => log.until((one) => "names" in one && one.names === text);
  return { log, names };
}

const lists = ({ api }: Cluster): number =>
  api.requests.filter(({ path }) => !path.includes("watch=")).length;

test("tells what is there, and each change", async () => {
  const cluster = await startCluster();
  cluster.api.put(configMaps, { metadata: { name: "a" } });
  const { names } = following(cluster);
  await names("a");
  cluster.api.put(configMaps, { metadata: { name: "b" } });
  await names("a,b");
  cluster.api.remove(configMaps, "a");
  await names("b");
  expect(lists(cluster)).toBe(1);
});

test("a watch that ends is taken up where it ended", async () => {
  const cluster = await startCluster();
  cluster.api.put(configMaps, { metadata: { name: "a" } });
  const { names } = following(cluster);
  await names("a");
  cluster.api.put(configMaps, { metadata: { name: "b" } });
  await names("a,b");
  cluster.api.endWatches();
  cluster.api.put(configMaps, { metadata: { name: "c" } });
  await names("a,b,c");
  expect(lists(cluster)).toBe(1);
});

test("a watch that has expired is followed by a list", async () => {
  const cluster = await startCluster();
  cluster.api.put(configMaps, { metadata: { name: "a" } });
  const { names } = following(cluster);
  await names("a");
  cluster.api.remove(configMaps, "a");
  cluster.api.put(configMaps, { metadata: { name: "b" } });
  cluster.api.compact();
  await names("b");
  cluster.api.put(configMaps, { metadata: { name: "c" } });
  await names("b,c");
});

test("a watch that is refused with 410 is followed by a list, and nobody is told", async () => {
  const cluster = await startCluster();
  cluster.api.put(configMaps, { metadata: { name: "a" } });
  const gone = { code: 410, reason: "Expired", message: "too old" };
  const refused = { watches: 1 };
  cluster.api.fault = (_, path) => {
    if (!path.includes("watch=") || refused.watches === 0) return undefined;
    refused.watches -= 1;
    return gone;
  };
  const { log, names } = following(cluster);
  await names("a");
  cluster.api.put(configMaps, { metadata: { name: "b" } });
  await names("a,b");
  expect(log.all.some((one) => "unseen" in one)).toBe(false);
});

test("a server that goes away is told again and again, and what is new when it is back", async () => {
  const cluster = await startCluster();
  cluster.api.put(configMaps, { metadata: { name: "a" } });
  const { log, names } = following(cluster);
  await names("a");
  await cluster.api.stop();
  await log.until((one) => "unseen" in one && one.unseen.includes("ECONNREFUSED"), 3);
  cluster.api.put(configMaps, { metadata: { name: "b" } });
  await cluster.api.start();
  await names("a,b");
});
