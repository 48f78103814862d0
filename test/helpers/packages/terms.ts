import { createHash } from "node:crypto";
import { environmentsProxy } from "../../../src/net/proxy.ts";
import type {
  InstallTerms,
  OfferedFile,
  PackageOrder,
  PackageRules,
} from "../../../src/packages/package-order.ts";

const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** The beginning of a program for a processor, long enough to be one, and what makes it another one. */
export function elfProgram(arch: string = process.arch, rest: string | Buffer = "one"): Buffer {
  const head = Buffer.alloc(128);
  head.write("\x7fELF", 0, "latin1");
  head[4] = 2;
  head[5] = 1;
  head.writeUInt16LE(2, 16);
  head.writeUInt16LE(machines[arch] ?? 243, 18);
  head.writeUInt16LE(1, 56);
  return Buffer.concat([head, Buffer.from(rest)]);
}

export function sha256(content: Buffer): Buffer {
  return createHash("sha256").update(content).digest();
}

/** An order of the collector in version 1.2.3, changed where a test wants it. */
export function orderOf(
  url: string,
  content: Buffer,
  changes: Partial<Omit<PackageOrder, "file">> & { file?: Partial<OfferedFile> } = {},
): PackageOrder {
  const { file, ...others } = changes;
  return {
    ...{
      name: "",
      kind: "agent",
      version: "1.2.3",
      hash: new TextEncoder().encode("package hash"),
    },
    ...others,
    file: { url, contentHash: new Uint8Array(sha256(content)), headers: new Map(), ...file },
  };
}

export function rulesOf(changes: Partial<PackageRules> = {}): PackageRules {
  return {
    trust: { by: "none" },
    allowedHosts: undefined,
    allowedNames: undefined,
    lowestVersion: undefined,
    mirrors: [],
    maxBytes: 64 * 1024 * 1024,
    timeoutMs: 60_000,
    executable: undefined,
    agentExecutable: "otelcol",
    ...changes,
  };
}

export function termsOf(changes: Partial<InstallTerms> = {}): InstallTerms {
  return {
    signal: new AbortController().signal,
    way: {
      environment: new Map(),
      proxy: environmentsProxy,
      plainHosts: ["127.0.0.1"],
      tlsFor: () => ({}),
    },
    ...changes,
  };
}
