import { awsEc2Detector, awsEcsDetector } from "@opentelemetry/resource-detector-aws";
import { textOrNothing } from "../files/read-if-there.ts";
import type { DetectorName } from "./detector-name.ts";

/** What each of them said, in the order of the settings; nothing: an empty map. */
export type DetectedHost = ReadonlyMap<DetectorName, ReadonlyMap<string, string>>;

/** Asks all of them at once; whoever has not answered in time has said nothing. */
export async function detectHost(
  names: readonly DetectorName[],
  environment: ReadonlyMap<string, string>,
  timeoutMs: number,
): Promise<DetectedHost> {
  const late = new Promise<Attributes>((resolve) =>
    setTimeout(resolve, timeoutMs, new Map()).unref(),
  );
  const answers = names.map(
    async (name) => [name, await Promise.race([ask(name, environment), late])] as const,
  );
  return new Map(await Promise.all(answers));
}

/** The region of the EC2 instance that this is; undefined elsewhere. */
export async function instanceRegion(): Promise<string | undefined> {
  const found = await detectHost(["ec2"], new Map(), regionMs);
  return found.get("ec2")?.get("cloud.region");
}

/** The metadata service of an instance is beside it; where there is none nobody answers. */
const regionMs = 2_000;

type Attributes = ReadonlyMap<string, string>;

async function ask(
  name: DetectorName,
  environment: ReadonlyMap<string, string>,
): Promise<Attributes> {
  switch (name) {
    case "ec2":
      return await told(awsEc2Detector.detect().attributes ?? {});
    case "ecs":
      return await told(awsEcsDetector.detect().attributes ?? {});
    case "kubernetes":
      return inPod(environment);
    case "env":
      return ofVariable(environment.get("OTEL_RESOURCE_ATTRIBUTES") ?? "");
  }
}

/** Their attributes are values or promises of them. */
async function told(attributes: Readonly<Record<string, unknown>>): Promise<Attributes> {
  const all = Object.entries(attributes).map(async ([key, value]) => [key, await value] as const);
  const found = await Promise.all(all);
  return new Map(found.flatMap(([key, value]) => asText(key, value)));
}

function asText(key: string, value: unknown): readonly (readonly [string, string])[] {
  if (typeof value === "string") return value === "" ? [] : [[key, value]];
  if (typeof value === "number" || typeof value === "boolean") return [[key, String(value)]];
  return Array.isArray(value) && value.length > 0 ? [[key, value.join(",")]] : [];
}

/** The variables that a pod's downward API fills, and the attributes of the semantic conventions. */
const podVariables: Readonly<Record<string, string>> = {
  K8S_CLUSTER_NAME: "k8s.cluster.name",
  K8S_NAMESPACE_NAME: "k8s.namespace.name",
  K8S_NODE_NAME: "k8s.node.name",
  K8S_POD_NAME: "k8s.pod.name",
  K8S_POD_UID: "k8s.pod.uid",
  K8S_POD_IP: "k8s.pod.ip",
  K8S_CONTAINER_NAME: "k8s.container.name",
  K8S_DEPLOYMENT_NAME: "k8s.deployment.name",
  K8S_DAEMONSET_NAME: "k8s.daemonset.name",
  K8S_STATEFULSET_NAME: "k8s.statefulset.name",
};

const namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

function inPod(environment: ReadonlyMap<string, string>): Attributes {
  if (!environment.has("KUBERNETES_SERVICE_HOST") && !environment.has("K8S_POD_NAME"))
    return new Map();
  const found = Object.entries(podVariables).flatMap(([variable, attribute]) =>
    asText(attribute, environment.get(variable)),
  );
  const namespace = asText("k8s.namespace.name", textOrNothing(namespaceFile).trim());
  return new Map([...namespace, ...found]);
}

/** `key=value,key=value`, percent-encoded, as OpenTelemetry has it. */
function ofVariable(text: string): Attributes {
  const pairs = text.split(",").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    const key = pair.slice(0, at).trim();
    return at < 1 || key === "" ? [] : [[key, decoded(pair.slice(at + 1).trim())]];
  });
  return new Map(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not encoded at all.
    return text;
  }
}
