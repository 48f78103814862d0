import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeKey, signFile, verifyFile } from "../../../src/cli/package/package.ts";
import type { CliSurroundings } from "../../../src/cli/surroundings.ts";
import { cosignRule, startSigstore } from "../../helpers/packages/sigstore-world.ts";
import { createAgentFolder } from "../../supervisor/settings/fixture-folder.ts";

function shell(workingDirectory: string) {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const surroundings: CliSurroundings = {
    environment: new Map(),
    ...{ workingDirectory, packageDirectory: "", version: "0", terminal: false, columns: 80 },
    ...{ out: say, err: say },
  };
  /** What was printed since the last look. */
  return { surroundings, said: () => said.splice(0).join("") };
}

const label = { name: "", packageVersion: "1.2.3" };

test("a key is made, a file is signed, and a host that has the key takes it as that only", async () => {
  const folder = createAgentFolder();
  const { surroundings, said } = shell(folder.path);
  folder.write("file", "content");
  expect(makeKey("key.pem", surroundings)).toBe(0);
  expect(statSync(join(folder.path, "key.pem")).mode & 0o777).toBe(0o600);
  const text = said();
  const lines = text.slice(text.indexOf("agent:\n") + "agent:\n".length);
  expect(makeKey("key.pem", surroundings)).toBe(1);
  said();
  expect(await signFile("file", { ...label, key: "key.pem" }, surroundings)).toBe(0);
  const signature = said().trim().split("\n").at(-1) ?? "";
  folder.write(
    "supervisor.yaml",
    `server:\n  endpoint: ws://127.0.0.1:4320\nagent:\n  executable: ./otelcol\n${lines}    lowest_version: 1.2.0\ncapabilities: {accepts_packages: true}\n`,
  );
  const options = { ...label, signature, config: "supervisor.yaml" };
  expect(await verifyFile("file", options, surroundings)).toBe(0);
  writeFileSync(join(folder.path, "signature"), `${signature}\n`);
  expect(await verifyFile("file", { ...options, signature: "signature" }, surroundings)).toBe(0);
  for (const wrong of [
    { name: "other" },
    { packageVersion: "1.2.4" },
    { packageVersion: "1.1.9" },
  ]) {
    expect(await verifyFile("file", { ...options, ...wrong }, surroundings)).toBe(1);
  }
  folder.write("file", "another content");
  expect(await verifyFile("file", options, surroundings)).toBe(1);
  expect(await verifyFile("none", options, surroundings)).toBe(1);
  const key = /public_keys: \["(.*)"\]/.exec(lines)?.[1] ?? "";
  expect(await verifyFile("file", { ...label, signature, key }, surroundings)).toBe(1);
  folder.write("file", "content");
  expect(await verifyFile("file", { ...label, signature, key }, surroundings)).toBe(0);
  expect(await verifyFile("file", { ...label, signature, key: "none" }, surroundings)).toBe(2);
  expect(await verifyFile("file", { ...label, signature }, surroundings)).toBe(2);
  expect(await signFile("file", { ...label, key: "none" }, surroundings)).toBe(1);
  const badVersion = { name: "", packageVersion: "1\n", key: "key.pem" };
  expect(await signFile("file", badVersion, surroundings)).toBe(2);
});

test("a file of a release is verified by its Sigstore bundle", async () => {
  const folder = createAgentFolder();
  const { surroundings } = shell(folder.path);
  const world = await startSigstore();
  const subject = "https://github.com/example/x@refs/tags/v1.2.3";
  folder.write("file", "content");
  const content = readFileSync(join(folder.path, "file"));
  folder.write("file.sigstore.json", (await world.keyless(content, subject)).toString());
  folder.write("root.json", cosignRule(world.trustedRoot, subject).trustedRoot ?? "");
  const rule = `cosign: {trusted_root: root.json, identities: [{issuer_regex: .*, subject: "${subject}"}]}`;
  folder.write(
    "supervisor.yaml",
    `server:\n  endpoint: ws://127.0.0.1:4320\nagent:\n  executable: ./otelcol\n  packages: {verify: cosign, ${rule}}\ncapabilities: {accepts_packages: true}\n`,
  );
  const options = { ...label, signature: "file.sigstore.json", config: "supervisor.yaml" };
  expect(await verifyFile("file", options, surroundings)).toBe(0);
  expect(await verifyFile("file", { ...options, packageVersion: "1.2.2" }, surroundings)).toBe(1);
});
