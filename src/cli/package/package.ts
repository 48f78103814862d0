import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { sha256Of } from "../../download/checksum.ts";
import { messageOf } from "../../errors.ts";
import { readRegular, readRegularText } from "../../files/regular-file.ts";
import { faultOfOrder } from "../../packages/order-faults.ts";
import { publicKeyText, readPublicKeys } from "../../packages/trust/ed25519.ts";
import { faultBeforehand, faultOfFile } from "../../packages/trust/prove.ts";
import { faultOfLabel, statementBytes } from "../../packages/trust/statement.ts";
import type { TrustRule } from "../../packages/trust/trust-rule.ts";
import { formatProblem } from "../../supervisor/settings/read/read-settings.ts";
import { readWithSources } from "../../supervisor/settings/read/read-with-sources.ts";
import type { PackageSettings } from "../../supervisor/settings/settings.ts";
import { exitCode } from "../exit.ts";
import type { CliSurroundings } from "../surroundings.ts";

/** What a file is offered as. */
export interface PackageLabel {
  readonly name: string;
  readonly packageVersion: string;
}

const maxSmallBytes = 2 * 1024 * 1024;

/** Makes a key for signatures in a new file that only its owner may read, and prints what the hosts need of it. */
export function makeKey(file: string, { workingDirectory, out, err }: CliSurroundings): number {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  try {
    const opened = openSync(resolve(workingDirectory, file), "wx", 0o600);
    writeSync(opened, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    closeSync(opened);
  } catch (error) {
    err(`expected a path where nothing is yet: ${messageOf(error)}\n`);
    return exitCode.couldNotRun;
  }
  err(`the private key is in ${file}; every host needs this in its supervisor.yaml:\n`);
  out(
    `agent:\n  packages:\n    verify: ed25519\n    public_keys: ["${publicKeyText(publicKey)}"]\n`,
  );
  return exitCode.stopped;
}

/** Prints the signature of a file under a name and a version. */
export async function signFile(
  file: string,
  { name, packageVersion: version, key }: PackageLabel & { readonly key: string },
  { workingDirectory, out, err }: CliSurroundings,
): Promise<number> {
  const fault = faultOfLabel(name) ?? faultOfLabel(version);
  if (fault !== undefined || version === "") {
    err(`expected a name and a version, found ${fault ?? "no version"}\n`);
    return exitCode.badInput;
  }
  try {
    const privateKey = createPrivateKey(readRegular(resolve(workingDirectory, key), maxSmallBytes));
    if (privateKey.asymmetricKeyType !== "ed25519") throw new Error("it is a key of another kind");
    const sha256 = await sha256Of(resolve(workingDirectory, file));
    const signature = sign(null, statementBytes({ name, version, sha256 }), privateKey);
    err(`sha256: ${sha256}\npublic key: ${publicKeyText(createPublicKey(privateKey))}\n`);
    out(`${signature.toString("base64")}\n`);
    return exitCode.stopped;
  } catch (error) {
    err(`expected a file and an Ed25519 key as PEM in ${key}: ${messageOf(error)}\n`);
    return exitCode.couldNotRun;
  }
}

/** Whose word counts when a file is verified: a host's own rules, or one key. */
export interface VerifyOptions extends PackageLabel {
  readonly signature: string;
  readonly config?: string;
  readonly key?: string;
}

/** Says whether a host would take a file under a name and a version. */
export async function verifyFile(
  file: string,
  options: VerifyOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const { workingDirectory, out, err } = surroundings;
  const rules = await rulesFor(options, surroundings);
  if (rules === undefined) return exitCode.badInput;
  const path = resolve(workingDirectory, file);
  try {
    const fault = await faultOf(path, options, rules, surroundings);
    if (fault === undefined) {
      out(`${file} is trusted as ${shown(options)}\n`);
      return exitCode.stopped;
    }
    err(`${file} is not trusted as ${shown(options)}: ${fault}\n`);
  } catch (error) {
    err(`${file} could not be verified: ${messageOf(error)}\n`);
  }
  return exitCode.couldNotRun;
}

type Rules = Pick<PackageSettings, "trust" | "allowedNames" | "lowestVersion">;

async function faultOf(
  path: string,
  { name, packageVersion: version, signature: given }: VerifyOptions,
  rules: Rules,
  { workingDirectory }: CliSurroundings,
): Promise<string | undefined> {
  const sha256 = await sha256Of(path);
  const signatureFile = resolve(workingDirectory, given);
  const signature = existsSync(signatureFile)
    ? readRegular(signatureFile, maxSmallBytes)
    : Buffer.from(given);
  const contentHash = Buffer.from(sha256, "hex");
  const order = { name, version, kind: "agent" as const, file: { contentHash } };
  const evidence = { statement: { name, version, sha256 }, signature };
  return (
    faultOfOrder(order, rules) ??
    (await faultBeforehand(rules.trust, evidence)) ??
    (await faultOfFile(rules.trust, evidence, path))
  );
}

async function rulesFor(
  { config, key }: VerifyOptions,
  { environment, workingDirectory, err }: CliSurroundings,
): Promise<Rules | undefined> {
  if (key !== undefined) return rulesOfKey(key, workingDirectory, err);
  if (config === undefined) {
    err("expected --config with a supervisor.yaml, or --key with a public key\n");
    return undefined;
  }
  const { settings, problems } = await readWithSources(config, { environment, workingDirectory });
  if (settings?.packages !== undefined) return settings.packages;
  for (const problem of problems) err(`${formatProblem(problem)}\n`);
  if (settings !== undefined) {
    err(`${config} takes no packages: capabilities.accepts_packages is not true\n`);
  }
  return undefined;
}

function rulesOfKey(
  key: string,
  workingDirectory: string,
  err: CliSurroundings["err"],
): Rules | undefined {
  const file = resolve(workingDirectory, key);
  const text = existsSync(file) ? readRegularText(file, maxSmallBytes) : key;
  const trust: TrustRule = { by: "ed25519", keys: [text] };
  if (readPublicKeys(text).length > 0) {
    return { trust, allowedNames: undefined, lowestVersion: undefined };
  }
  err("expected --key with an Ed25519 public key in base64, or a PEM file with one\n");
  return undefined;
}

function shown({ name, packageVersion }: PackageLabel): string {
  return `${name === "" ? "the collector" : name} ${packageVersion}`;
}
