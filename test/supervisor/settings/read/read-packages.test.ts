import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { publicKeyText } from "../../../../src/packages/trust/ed25519.ts";
import { brief, complete, createAgentFolder, settingsOf } from "../fixture-folder.ts";

const accepts = "capabilities: {accepts_packages: true}\n";

function packages(lines: string): string {
  return complete(`  packages: ${lines}\n`, accepts);
}

function keyText(): string {
  return publicKeyText(generateKeyPairSync("ed25519").publicKey);
}

function errorsOf(text: string, folder = createAgentFolder()): readonly string[] {
  const { problems } = folder.read(text);
  return brief(problems.filter((each) => each.severity === "error"));
}

test("without the capability there are no packages, with it their rules have defaults", () => {
  const folder = createAgentFolder();
  expect(settingsOf(folder.read(complete())).packages).toBeUndefined();
  expect(settingsOf(folder.read(packages("{verify: none}"))).packages).toEqual({
    trust: { by: "none" },
    allowedHosts: undefined,
    allowedNames: undefined,
    lowestVersion: undefined,
    mirrors: [],
    maxBytes: 1024 * 1024 * 1024,
    timeoutMs: 1_800_000,
    executable: undefined,
    agentExecutable: "otelcol",
    probationMs: 300_000,
  });
});

test("how packages are verified has to be written, and the message says what to write", () => {
  const { problems } = createAgentFolder().read(complete("", accepts));
  const found = problems.find((each) => each.path === "agent.packages.verify");
  expect(found?.message).toMatch(/verify: ed25519.*keygen.*verify: none/);
});

test("public keys are base64 or PEM files, and what is neither is told", () => {
  const folder = createAgentFolder();
  const key = keyText();
  const pem = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" });
  folder.write("key.pem", pem.toString());
  const text = packages(`{verify: ed25519, public_keys: ["${key}", key.pem]}`);
  const { packages: read } = settingsOf(folder.read(text));
  expect(read?.trust).toEqual({ by: "ed25519", keys: [key, pem.toString()] });
  folder.write("text", "no key");
  expect(errorsOf(packages("{verify: ed25519, public_keys: [text]}"), folder)).toHaveLength(1);
  expect(errorsOf(packages("{verify: ed25519, public_keys: [none.pem]}"), folder)).toHaveLength(1);
  expect(errorsOf(packages("{verify: ed25519}"), folder)).toHaveLength(1);
});

test("cosign needs a trusted root with identities, or keys; the reference's keys are understood", () => {
  const folder = createAgentFolder();
  const root = '{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}';
  folder.write("root.json", root);
  const identity = "{issuer: https://a.example, subject_regex: https://b.*}";
  const cosign = `cosign: {trusted_root: root.json, identities: [${identity}]}`;
  const trust = {
    by: "cosign",
    trustedRoot: root,
    keys: [],
    identities: [
      {
        issuer: { is: "exact", text: "https://a.example" },
        subject: { is: "pattern", pattern: "https://b.*" },
      },
    ],
  };
  const direct = settingsOf(folder.read(packages(`{verify: cosign, ${cosign}}`)));
  expect(direct.packages?.trust).toEqual(trust);
  const reference = "  package: {verifier: {type: cosign}, agent_binary: otelcol-contrib}\n";
  const both = complete(`${reference}  packages: {${cosign}}\n`, accepts);
  const { packages: read } = settingsOf(folder.read(both));
  expect(read).toMatchObject({ trust, executable: "otelcol-contrib" });
  for (const wrong of [
    "{verify: cosign}",
    "{verify: cosign, cosign: {trusted_root: root.json}}",
    "{verify: cosign, cosign: {trusted_root: otelcol, identities: [{issuer: a, subject: b}]}}",
    "{verify: cosign, cosign: {trusted_root: root.json, identities: [{issuer: a}]}}",
    "{verify: cosign, cosign: {trusted_root: root.json, identities: [{issuer: a, subject_regex: '('}]}}",
    "{verify: cosign, cosign: {trusted_root: root.json, identities: [{issuer: a, issuer_regex: b, subject: c}]}}",
  ]) {
    expect(errorsOf(packages(wrong), folder), wrong).toHaveLength(1);
  }
});

test.each([
  "allowed_hosts: ['https://a.example']",
  "allowed_hosts: ['a.example:443']",
  "allowed_hosts: ['file://a/b']",
  "lowest_version: latest",
  "mirrors: [a.example]",
  "mirrors: ['https://a.example/?x=']",
  "mirrors: ['https://user:pass@a.example/']",
  "max_size_mib: 0",
])("%s is refused", (line) => {
  expect(errorsOf(packages(`{verify: none, ${line}}`))).toHaveLength(1);
});

test("where somebody else starts the agent no package is taken, and that is said", () => {
  const { settings, problems } = createAgentFolder().read(
    `server: {endpoint: "ws://127.0.0.1:4320"}\nagent: {mode: attach, attach: {executable: otelcol}, packages: {verify: none}}\n${accepts}`,
  );
  expect(settings?.packages).toBeUndefined();
  expect(problems.map(({ path }) => path)).toContain("capabilities.accepts_packages");
});
