import { machine, hostname, type as systemType, release } from "node:os";
import { existsSync } from "node:fs";
import { textOrNothing } from "../../files/read-if-there.ts";

/** Attributes of the host by the semantic conventions, as the collector's own extension words them. */
export function hostFacts(): ReadonlyMap<string, string> {
  return new Map([
    ["host.arch", architectures[machine()] ?? machine()],
    ["host.name", hostname()],
    ["os.description", osDescription()],
    [
      "os.type",
      systemType()
        .toLowerCase()
        .replace(/^windows.*/, "windows"),
    ],
  ]);
}

const architectures: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

function osDescription(): string {
  // Empty where this is no Linux distribution.
  const text = textOrNothing("/etc/os-release");
  const [, name] = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text) ?? [];
  if (text === "") return `${systemType()} ${release()}`;
  return `${name ?? systemType()} (${systemType()} ${release()})`;
}

/** Files that container engines and Kubernetes lay into every container. */
const containerMarks = [
  "/.dockerenv",
  "/run/.containerenv",
  "/var/run/secrets/kubernetes.io/serviceaccount",
];

/** What tells one machine from a copy of its disk; empty values are not known. */
export interface MachineFingerprint {
  readonly machineId: string;
  readonly productId: string;
  /** Of EC2 only, which any user may read. */
  readonly instanceId: string;
}

export function machineFingerprint(): MachineFingerprint {
  // A container has no machine of its own: its volume may be attached on another node and stays the same agent.
  if (containerMarks.some((path) => existsSync(path))) {
    return { machineId: "", productId: "", instanceId: "" };
  }
  return {
    machineId: firstLine("/etc/machine-id"),
    productId: firstLine("/sys/class/dmi/id/product_uuid"),
    instanceId: ec2Instance(firstLine("/sys/class/dmi/id/board_asset_tag")),
  };
}

/** True when something that is known of both differs. */
export function otherMachine(a: MachineFingerprint, b: MachineFingerprint): boolean {
  const differs = (one: string, two: string): boolean => one !== "" && two !== "" && one !== two;
  return (
    differs(a.machineId, b.machineId) ||
    differs(a.productId, b.productId) ||
    differs(a.instanceId, b.instanceId)
  );
}

/** Elsewhere the tag is whatever the owner has stuck on the machine. */
function ec2Instance(tag: string): string {
  return /^i-[0-9a-f]{8,}$/.test(tag) ? tag : "";
}

function firstLine(path: string): string {
  // Missing, or only root may read it: not known.
  return textOrNothing(path).trim();
}
