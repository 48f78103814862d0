import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { publicKeyText } from "../../../src/packages/trust/ed25519.ts";
import { statementBytes } from "../../../src/packages/trust/statement.ts";
import { sha256 } from "./terms.ts";

export { elfProgram, orderOf, rulesOf, sha256, termsOf } from "./terms.ts";

/** A folder for packages that ends with the test. */
export function packagesFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "packages-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "packages");
}

export interface Signer {
  readonly publicKey: string;
  readonly sign: (name: string, version: string, content: Buffer) => Buffer;
}

export function newSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { publicKey: publicKeyText(publicKey), sign: signWith(privateKey) };
}

function signWith(key: KeyObject): Signer["sign"] {
  return (name, version, content) =>
    sign(null, statementBytes({ name, version, sha256: sha256(content).toString("hex") }), key);
}
