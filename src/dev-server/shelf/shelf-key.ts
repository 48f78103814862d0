import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { chmodSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { SupervisorError, messageOf, systemCodeOf } from "../../errors.ts";
import { makeDirectory } from "../../files/make-directory.ts";

/** Reads the key that packages are signed with; makes one where there is none, for the owner's eyes only. */
export function signingKey(path: string): KeyObject {
  const text = read(path) ?? make(path);
  // A key that others can read lets them sign for us.
  if ((statSync(path).mode & 0o077) !== 0) {
    throw refusal(path, "others may read it: chmod 600 it, or remove it and a new one is made");
  }
  try {
    const key = createPrivateKey(text);
    if (key.asymmetricKeyType === "ed25519") return key;
    throw refusal(path, `found one of the kind ${key.asymmetricKeyType ?? "unknown"}`);
  } catch (error) {
    if (error instanceof SupervisorError) throw error;
    throw refusal(path, "found something else: remove the file, and a new one is made", error);
  }
}

function make(path: string): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  const text = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    makeDirectory(dirname(path), 0o700);
    writeFileSync(temporary, text, { mode: 0o600, flag: "wx" });
    chmodSync(temporary, 0o600);
    // Whole or not at all, and never in the place of one that another server has made meanwhile.
    linkSync(temporary, path);
    return text;
  } catch (error) {
    const theirs = systemCodeOf(error) === "EEXIST" ? read(path) : undefined;
    if (theirs !== undefined) return theirs;
    throw refusal(path, `cannot write one there: ${messageOf(error)}`, error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw refusal(path, messageOf(error), error);
  }
}

function refusal(path: string, found: string, cause?: unknown): SupervisorError {
  const message = `expected an Ed25519 key in ${path} (--packages-key names another file), ${found}`;
  return new SupervisorError("settings-invalid", message, { cause });
}
