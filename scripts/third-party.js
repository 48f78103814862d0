// What of other people's is in the bundles: found in what esbuild says it read, so that nothing is named that is not in
// them, and nothing is in them that is not named.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The packages of which esbuild read files, each once, with what their licences want said. */
export function packagesIn(metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const path of Object.keys(inputs)) {
      const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
      if (found !== null) folders.add(found[1]);
    }
  }
  return [...folders].map(packageAt).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function packageAt(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (typeof license !== "string") throw new Error(`${name} does not say its licence`);
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file && readFileSync(join(folder, file), "utf8").trim();
  return { name, version, license, text, place: folder.slice(folder.indexOf("node_modules/")) };
}

/** The file that goes with the bundles, as those licences ask for it. */
export function noticesOf(packages) {
  const parts = packages.map(
    ({ name, version, license, text }) =>
      `${name} ${version} (${license})\n\n${text ?? `No text of the licence comes with it: ${license}, as named by its package.json.`}\n`,
  );
  const first = "opampsupervisor is Apache-2.0 and contains the following packages of others.\n";
  return [first, ...parts].join(`\n${"-".repeat(80)}\n\n`);
}

/**
 * The bill of materials, in the format of CycloneDX 1.6. `lock` is package-lock.json: it says with which bytes the build
 * began. No time and no random number is in it, so that the same sources make the same file.
 */
export function bomOf(packages, { version, lock }) {
  const components = packages.map(({ name, version, license, place }) => ({
    type: "library",
    "bom-ref": purlOf(name, version),
    name,
    version,
    licenses: [licenceOf(license)],
    purl: purlOf(name, version),
    hashes: hashesOf(lock.packages[place], version),
  }));
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": purlOf("opampsupervisor", version),
        name: "opampsupervisor",
        version,
        licenses: [licenceOf("Apache-2.0")],
        purl: purlOf("opampsupervisor", version),
      },
    },
    components,
  };
}

const licenceOf = (text) =>
  / (OR|AND) /.test(text) ? { expression: text } : { license: { id: text } };

const purlOf = (name, version) => `pkg:npm/${name.replace("@", "%40")}@${version}`;

function hashesOf(locked, version) {
  if (locked?.version !== version || !locked.integrity?.startsWith("sha512-")) return [];
  const content = Buffer.from(locked.integrity.slice("sha512-".length), "base64").toString("hex");
  return [{ alg: "SHA-512", content }];
}
