import { writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import type { CosignRule } from "../../../src/packages/trust/trust-rule.ts";
import { faultOfBundle, faultOfSigned } from "../../../src/packages/trust/cosign.ts";
import type { Evidence } from "../../../src/packages/trust/statement.ts";
import { makeDirectory } from "../../../src/files/make-directory.ts";
import { packagesFolder, sha256 } from "../../helpers/packages/package-world.ts";
import {
  type SigstoreWorld,
  cosignRule,
  startSigstore,
} from "../../helpers/packages/sigstore-world.ts";

const workflow = "https://github.com/example/releases/.github/workflows/release.yaml";
const subject = `${workflow}@refs/tags/v1.2.3`;
const content = Buffer.from("the package");
const worlds: SigstoreWorld[] = [];

beforeAll(async () => {
  worlds.push(await startSigstore(), await startSigstore());
});

function evidenceOf(signature: Uint8Array | undefined, version = "1.2.3"): Evidence {
  const statement = { name: "", version, sha256: sha256(content).toString("hex") };
  return { statement, signature };
}

/** Both looks, as an installation takes them; undefined: trusted. */
async function faultOf(
  rule: CosignRule,
  evidence: Evidence,
  file: Buffer = content,
): Promise<string | undefined> {
  const early = faultOfBundle(rule, evidence);
  if (early !== undefined) return `early: ${early}`;
  const directory = packagesFolder();
  makeDirectory(directory);
  writeFileSync(`${directory}/file`, file);
  return await faultOfSigned(rule, evidence, `${directory}/file`);
}

test("a bundle of the right signer and version proves the file, also by a pattern", async () => {
  const [world] = worlds as [SigstoreWorld];
  const evidence = evidenceOf(await world.keyless(content, subject));
  expect(await faultOf(cosignRule(world.trustedRoot, subject), evidence)).toBeUndefined();
  const pattern = `${workflow.replaceAll(".", "\\.")}@refs/tags/v.*`;
  const rule = cosignRule(world.trustedRoot, "", {
    identities: [
      {
        issuer: { is: "pattern", pattern: "https://token\\..*" },
        subject: { is: "pattern", pattern },
      },
    ],
  });
  expect(await faultOf(rule, evidence)).toBeUndefined();
  expect(await faultOf(rule, evidenceOf(evidence.signature, "v1.2.3"))).toBeUndefined();
});

test("a signer, an issuer, an authority or a version that was not meant is refused early", async () => {
  const [world, other] = worlds as [SigstoreWorld, SigstoreWorld];
  const rule = cosignRule(world.trustedRoot, subject);
  const early = /^early: /;
  const good = await world.keyless(content, subject);
  expect(await faultOf(rule, evidenceOf(good, "1.2.4"))).toMatch(/early.* v1.2.3.* 1.2.4/);
  const stranger = await world.keyless(content, "https://github.com/evil/x@refs/tags/v1.2.3");
  expect(await faultOf(rule, evidenceOf(stranger))).toMatch(/evil.*is not among/);
  const longer = await world.keyless(content, `${subject}x`);
  expect(await faultOf(rule, evidenceOf(longer))).toMatch(early);
  const issuer = await world.keyless(content, subject, "https://evil.example");
  expect(await faultOf(rule, evidenceOf(issuer))).toMatch(early);
  expect(await faultOf(rule, evidenceOf(await other.keyless(content, subject)))).toMatch(early);
  const another = await world.keyless(Buffer.from("another"), subject);
  expect(await faultOf(rule, evidenceOf(another))).toMatch(/of another file/);
});

test("a pattern has to fit the whole of an identity", async () => {
  const [world] = worlds as [SigstoreWorld];
  const evidence = evidenceOf(await world.keyless(content, `${subject}-evil`));
  const rule = cosignRule(world.trustedRoot, "", {
    identities: [
      {
        issuer: { is: "pattern", pattern: ".*" },
        subject: { is: "pattern", pattern: `evil|${subject}` },
      },
    ],
  });
  expect(await faultOf(rule, evidence)).toMatch(/is not among/);
});

test("a signature that was not made over the file is refused, and a changed one early", async () => {
  const [world] = worlds as [SigstoreWorld];
  const rule = cosignRule(world.trustedRoot, subject);
  const bundle = await world.keyless(content, subject);
  const wrong = await faultOf(rule, evidenceOf(bundle), Buffer.from("something else"));
  expect(wrong).toMatch(/^the Sigstore bundle does not prove/);
  const swapped = JSON.parse(bundle.toString()) as { messageSignature: { signature: string } };
  swapped.messageSignature.signature = Buffer.from("x".repeat(70)).toString("base64");
  const changed = evidenceOf(Buffer.from(JSON.stringify(swapped)));
  expect(await faultOf(rule, changed)).toMatch(/^early: /);
});

test("a bundle without its entry in a log, or with one that was changed, is refused", async () => {
  const [world] = worlds as [SigstoreWorld];
  const rule = cosignRule(world.trustedRoot, subject);
  const text = (await world.keyless(content, subject)).toString();
  interface Entries {
    verificationMaterial: { tlogEntries: { integratedTime: string }[] };
  }
  const without = JSON.parse(text) as Entries;
  without.verificationMaterial.tlogEntries = [];
  expect(await faultOf(rule, evidenceOf(Buffer.from(JSON.stringify(without))))).toMatch(/^early/);
  const later = JSON.parse(text) as Entries;
  const [entry] = later.verificationMaterial.tlogEntries;
  if (entry !== undefined) entry.integratedTime = String(Number(entry.integratedTime) + 60);
  expect(await faultOf(rule, evidenceOf(Buffer.from(JSON.stringify(later))))).toMatch(/^early/);
});

test("a bundle by a key is proved by one of the keys that are named, and by no other", async () => {
  const [world, other] = worlds as [SigstoreWorld, SigstoreWorld];
  const keys = [other.publicKey, world.publicKey];
  const rule: CosignRule = { by: "cosign", trustedRoot: undefined, identities: [], keys };
  const evidence = evidenceOf(world.keyed(content));
  expect(await faultOf(rule, evidence)).toBeUndefined();
  expect(await faultOf({ ...rule, trustedRoot: world.trustedRoot }, evidence)).toBeUndefined();
  expect(await faultOf({ ...rule, keys: [other.publicKey] }, evidence)).toMatch(/does not prove/);
  expect(await faultOf({ ...rule, keys: [] }, evidence)).toMatch(/names none/);
  const keyless = evidenceOf(await world.keyless(content, subject));
  expect(await faultOf(rule, keyless)).toMatch(/no trusted_root/);
});

test.each([
  ["nothing", undefined],
  ["no bytes", new Uint8Array()],
  ["no JSON", Buffer.from("signature")],
  ["another JSON", Buffer.from('{"base64Signature":"","cert":""}')],
  ["a list", Buffer.from("[]")],
  ["null", Buffer.from("null")],
  ["more than a bundle has", Buffer.alloc(1024 * 1024 + 1, "x")],
])("%s in place of a bundle is refused", async (_name, signature) => {
  const [world] = worlds as [SigstoreWorld];
  const rule = cosignRule(world.trustedRoot, subject);
  expect(await faultOf(rule, evidenceOf(signature))).toMatch(/^early: expected a Sigstore bundle/);
});
