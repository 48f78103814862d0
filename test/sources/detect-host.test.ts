import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { detectHost } from "../../src/sources/detect-host.ts";

afterEach(() => {
  delete process.env["ECS_CONTAINER_METADATA_URI_V4"];
});

test("a pod is what its downward API says, and nothing is made up", async () => {
  const environment = new Map([
    ["KUBERNETES_SERVICE_HOST", "10.0.0.1"],
    ["HOSTNAME", "node-7"],
    ["K8S_NODE_NAME", "node-7"],
    ["K8S_POD_NAME", "gateway-0"],
    ["K8S_POD_UID", ""],
  ]);
  const said = (await detectHost(["kubernetes"], environment, 1_000)).get("kubernetes");
  expect([...(said ?? [])].filter(([key]) => key !== "k8s.namespace.name").toSorted()).toEqual([
    ["k8s.node.name", "node-7"],
    ["k8s.pod.name", "gateway-0"],
  ]);
});

test("elsewhere Kubernetes tells nothing, and that is said", async () => {
  expect(await detectHost(["kubernetes"], new Map([["HOSTNAME", "a"]]), 1_000)).toEqual(
    new Map([["kubernetes", new Map()]]),
  );
});

test.each([
  ["a=b,c=d%20e", { a: "b", c: "d e" }],
  ["a=b=c", { a: "b=c" }],
  [" a = b , , =x, y", { a: "b" }],
  ["a=100%", { a: "100%" }],
  ["", {}],
])("OTEL_RESOURCE_ATTRIBUTES %j is read as OpenTelemetry does", async (text, expected) => {
  const environment = new Map([["OTEL_RESOURCE_ATTRIBUTES", text]]);
  const said = (await detectHost(["env"], environment, 1_000)).get("env");
  expect(Object.fromEntries(said ?? [])).toEqual(expected);
});

test("a task of ECS is what its metadata endpoint says, beside what others say", async () => {
  const arn = "arn:aws:ecs:eu-west-1:123456789012:task/fleet/abc";
  const answers: Readonly<Record<string, unknown>> = {
    "/v4/x": {
      ContainerARN: "arn:aws:ecs:eu-west-1:123456789012:container/fleet/abc/1",
      DockerId: "d",
      LogDriver: "awslogs",
      LogOptions: { "awslogs-group": "g", "awslogs-region": "eu-west-1", "awslogs-stream": "s" },
    },
    "/v4/x/task": {
      ...{ Cluster: "fleet", TaskARN: arn, Family: "collector", Revision: "3" },
      ...{ LaunchType: "FARGATE", AvailabilityZone: "eu-west-1a" },
    },
  };
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answers[request.url ?? ""]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  process.env["ECS_CONTAINER_METADATA_URI_V4"] =
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/x`;
  const environment = new Map([["OTEL_RESOURCE_ATTRIBUTES", "cloud.region=mine"]]);
  const said = await detectHost(["ecs", "env"], environment, 20_000);
  expect([...said.keys()]).toEqual(["ecs", "env"]);
  expect(Object.fromEntries(said.get("env") ?? [])).toEqual({ "cloud.region": "mine" });
  expect(Object.fromEntries(said.get("ecs") ?? [])).toMatchObject({
    "cloud.provider": "aws",
    "cloud.region": "eu-west-1",
    "cloud.account.id": "123456789012",
    "aws.ecs.task.arn": arn,
    "aws.ecs.task.family": "collector",
  });
});

test("whoever does not answer in time has told nothing", async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  process.env["ECS_CONTAINER_METADATA_URI_V4"] =
    `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/x`;
  expect(await detectHost(["ecs"], new Map(), 50)).toEqual(new Map([["ecs", new Map()]]));
});
