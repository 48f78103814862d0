import type { TextTable } from "./key-text.ts";

/** What the keys below `agent.kubernetes` are for. */
export const kubernetesTexts: TextTable = {
  namespace: {
    says: "Namespace of the workload.",
    usual: "that of the pod in which the supervisor runs",
    example: "monitoring",
  },
  workload: {
    says: "The workload: deployment/NAME, daemonset/NAME or statefulset/NAME. Required with mode kubernetes.",
    example: "deployment/otelcol",
  },
  config_map: {
    says: "Name of the ConfigMap that one volume of its pod template names; what is rolled out has this name and a hash. Required with mode kubernetes.",
    example: "otelcol-config",
  },
  key: {
    says: "Key in it, which is the name of the file that the collector reads. Required with mode kubernetes.",
    example: "relay.yaml",
  },
  container: {
    says: "The collector's container.",
    usual: "the only one of the pod template",
    example: "otelcol",
  },
  take_over:
    "Take the name of the ConfigMap over from whoever applies that field, as kubectl apply --server-side does.",
  progress_deadline: "A rollout that does not get on for so long has failed.",
  lease: {
    says: "Name of the Lease in that namespace whose holder is the one supervisor of the workload that does something.",
    usual: "opampsupervisor, the kind and the name of the workload, joined by hyphens",
    example: "opampsupervisor-deployment-otelcol",
  },
  lease_duration:
    "A leader that has ended without a goodbye is followed after so long; one that cannot reach the API for two thirds of it ends. 6s to 1h.",
  endpoint: {
    says: "Address of the Kubernetes API.",
    usual: "that of the cluster in which the supervisor runs",
    example: "https://10.0.0.1:6443",
  },
  token_file: {
    says: "File with the token that the API is shown; it is read for every request.",
    usual: "that of the pod's service account",
    example: "/var/run/kube/token",
  },
  ca_file: {
    says: "PEM file with the authority of the API's certificate.",
    usual: "that of the pod's service account; with endpoint, the system's authorities",
    example: "/var/run/kube/ca.crt",
  },
};
