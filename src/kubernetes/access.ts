import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../errors.ts";

/** Where the Kubernetes API is, and the files that let us in. */
export interface AccessSettings {
  /** Undefined: the one of the cluster that we are a pod of. */
  readonly endpoint: string | undefined;
  readonly tokenFile: string;
  /** Undefined for an endpoint that the system's authorities vouch for. */
  readonly caFile: string | undefined;
}

/** Where every pod finds what lets it in. */
export const serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

/** What one request is made with. */
export interface Access {
  readonly endpoint: string;
  readonly token: string;
  readonly ca: string | undefined;
}

/** The address of the API of the cluster that we are a pod of; undefined outside of one. */
export function clusterEndpoint(environment: ReadonlyMap<string, string>): string | undefined {
  const host = environment.get("KUBERNETES_SERVICE_HOST") ?? "";
  const port = environment.get("KUBERNETES_SERVICE_PORT") ?? "443";
  if (host === "") return undefined;
  return `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The namespace of the pod that we are; undefined outside of one. */
export function ownNamespace(directory: string = serviceAccountDirectory): string | undefined {
  try {
    return readFileSync(join(directory, "namespace"), "utf8").trim() || undefined;
  } catch {
    // We are not in a pod, or it was given no token.
    return undefined;
  }
}

/** Read for every request: kubelet replaces the token long before it ends. Says what cannot be read. */
export function readAccess(
  { endpoint, tokenFile, caFile }: AccessSettings,
  environment: ReadonlyMap<string, string>,
): Access | { readonly problem: string } {
  const address = endpoint ?? clusterEndpoint(environment);
  if (address === undefined) {
    return {
      problem:
        "expected the variable KUBERNETES_SERVICE_HOST, which every pod has: outside of a cluster write agent.kubernetes.endpoint",
    };
  }
  try {
    const token = readFileSync(tokenFile, "utf8").trim();
    if (token === "") return { problem: `the token file ${tokenFile} is empty` };
    return {
      endpoint: address,
      token,
      ca: caFile === undefined ? undefined : readFileSync(caFile, "utf8"),
    };
  } catch (error) {
    return { problem: `what lets us in to Kubernetes cannot be read: ${messageOf(error)}` };
  }
}
