import { lstatSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { BinaryFacts } from "../../agent-config/config.ts";
import { messageOf } from "../../errors.ts";
import type { KillPoint } from "../../files/kill-point.ts";
import type {
  InstalledPackage as OnDisk,
  InstallOutcome,
  PackageOrder,
  PackageRules,
  PackageWay,
} from "../../packages/package-order.ts";
import { redact } from "../../redact.ts";
import type { Fact } from "../core/state/event.ts";
import type { AgentBinary } from "../core/state/generation.ts";
import type { InstalledPackage, OfferedPackage } from "../core/state/packages.ts";

/** What steps do with packages. */
export interface PackageEdge {
  readonly fetch: (offered: OfferedPackage) => Promise<Fact | undefined>;
  readonly stop: () => void;
  /** `wanted`: what is offered, whose half of a file is gone on with. */
  readonly sweep: (keep: readonly string[], wanted: readonly string[]) => Promise<void>;
  /** The link to the version that is in force, for people; without it nothing is different. */
  readonly show: (binary: AgentBinary) => void;
}

/** What packages are fetched with. */
interface PackageMeans {
  /** `STORAGE/packages` */
  readonly directory: string;
  /** Undefined where no package is accepted. */
  readonly rules: () => PackageRules | undefined;
  readonly way: () => PackageWay;
  readonly passing: KillPoint;
  readonly post: (fact: Fact) => void;
  /** What a program says of itself, kept in the directory of its version. */
  readonly factsOf: (executable: string, directory: string) => Promise<BinaryFacts>;
}

/** Fetches one package at a time; what is needed for that is loaded with the first one. */
export function createPackageEdge(means: PackageMeans): PackageEdge {
  let fetching = new AbortController();
  return {
    fetch: (offered) => {
      fetching.abort();
      fetching = new AbortController();
      return fetchOne(means, offered, fetching.signal);
    },
    stop: () => fetching.abort(),
    sweep: async (keep, wanted) => {
      const { installedPackages, removePackage, sweepPackages } =
        await import("../../packages/installed-packages.ts");
      sweepPackages(means.directory, { inUse: keep, wanted });
      for (const { directory } of installedPackages(means.directory)) {
        removePackage(directory, keep);
      }
    },
    show: (binary) => showCurrent(means.directory, binary),
  };
}

async function fetchOne(
  { directory, rules, way, passing, post, factsOf }: PackageMeans,
  offered: OfferedPackage,
  signal: AbortSignal,
): Promise<Fact | undefined> {
  const { installPackage } = await import("../../packages/install-package.ts");
  const known = rules();
  if (known === undefined) return refused(offered, "agent.packages accepts no package", undefined);
  const outcome: InstallOutcome = await installPackage(
    orderOf(offered),
    known,
    { directory, passing },
    {
      signal,
      way: way(),
      onProgress: ({ percent, bytesPerSecond, doneBytes, totalBytes }) => {
        if (signal.aborted) return;
        const phase = doneBytes === totalBytes ? "installing" : "downloading";
        const progress = { phase, percent, bytesPerSecond } as const;
        post({ on: "package-progressed", offered, progress });
      },
    },
  );
  if (signal.aborted) return undefined;
  if (!outcome.ok) {
    const { reason, retry, afterMs = 0 } = outcome.error;
    return refused(offered, redact(reason), retry === "later" ? afterMs : undefined);
  }
  const installed = installedOf(outcome.value);
  if (installed.executable === undefined) {
    return { on: "package-fetched", offered, installed, facts: undefined };
  }
  try {
    const facts = await factsOf(installed.executable, installed.directory);
    return { on: "package-fetched", offered, installed, facts };
  } catch (error) {
    const why = `the program in the package does not say what it is: ${redact(messageOf(error))}`;
    return refused(offered, why, undefined);
  }
}

function refused(
  offered: OfferedPackage,
  why: string,
  retryAfterMs: number | undefined,
): Extract<Fact, { on: "package-refused" }> {
  return { on: "package-refused", offered, why, retryAfterMs };
}

function orderOf({ name, kind, version, hash, file }: OfferedPackage): PackageOrder {
  const { url, contentHash, signature, headers } = file;
  const sent = new Map<string, readonly string[]>();
  for (const [key, value] of headers) sent.set(key, [...(sent.get(key) ?? []), value]);
  return {
    ...{ name, kind, version, hash: bytesOf(hash) },
    file: {
      ...{ url, contentHash: bytesOf(contentHash), headers: sent },
      ...(signature === undefined ? {} : { signature: bytesOf(signature) }),
    },
  };
}

function installedOf({
  name,
  kind,
  version,
  hash,
  contentHash,
  directory,
  executable,
}: OnDisk): InstalledPackage {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const hashes = { hash: hex(hash), contentHash: hex(contentHash) };
  return { name, kind, version, ...hashes, directory, executable };
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** Made beside its place and renamed, so that there is never none while one version takes the place of another. */
function showCurrent(packages: string, { package: from }: AgentBinary): void {
  const link = join(
    from === undefined ? join(packages, "agent") : dirname(from.directory),
    "current",
  );
  try {
    if (from === undefined) {
      if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true) rmSync(link);
      return;
    }
    const target = relative(dirname(link), from.directory);
    if (linkText(link) === target) return;
    mkdirSync(dirname(link), { recursive: true });
    const next = `${link}.${basename(from.directory)}`;
    rmSync(next, { force: true });
    symlinkSync(target, next);
    renameSync(next, link);
  } catch {
    // Nothing reads it but people.
  }
}

function linkText(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
