// The folders that packages of a system are made of: the program with a Node beside it, its documentation, and what completes
// its command lines.
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { must } from "./must.js";
import { nodeFor, nodeVersion } from "./node-binary.js";

/**
 * Makes `folder`/opampsupervisor, which runs as it is, `folder`/doc and `folder`/completions. Everything in them has the same
 * date and the usual rights, so that the same sources make the same packages.
 */
export async function makeTree(folder, { arch, version, launcher, seconds }) {
  rmSync(folder, { recursive: true, force: true });
  const program = join(folder, "opampsupervisor");
  const doc = join(folder, "doc");
  mkdirSync(join(program, "dist"), { recursive: true });
  mkdirSync(doc);
  const node = await nodeFor(arch);
  copyFileSync(join(node, "bin/node"), join(program, "node"));
  copyFileSync(`packaging/launcher-${launcher}.sh`, join(program, "opampsupervisor"));
  copyFileSync("scripts/compile-cache.cjs", join(program, "compile-cache.cjs"));
  for (const each of ["bin", "collector", "examples", "dist/page"]) {
    cpSync(each, join(program, each), { recursive: true });
  }
  for (const each of readdirSync("dist").filter((name) => name.endsWith(".cjs"))) {
    if (!each.startsWith("bench-")) copyFileSync(join("dist", each), join(program, "dist", each));
  }
  copyFileSync("docs/supervisor.schema.json", join(program, "supervisor.schema.json"));
  writeJson(join(program, "package.json"), { name: "opampsupervisor", version });
  writeDocumentation(doc, node, { arch, version });
  await writeCompletions(join(folder, "completions"));
  settle(folder, seconds);
}

/** By the names that the shells look for. */
async function writeCompletions(folder) {
  mkdirSync(folder);
  const names = { bash: "opampsupervisor", zsh: "_opampsupervisor", fish: "opampsupervisor.fish" };
  for (const [shell, name] of Object.entries(names)) {
    const args = ["bin/opampsupervisor.cjs", "completion", shell];
    writeFileSync(join(folder, name), await must(process.execPath, args));
  }
}

function writeDocumentation(doc, node, { arch, version }) {
  for (const each of ["README.md", "CHANGELOG.md"]) copyFileSync(each, join(doc, each));
  cpSync("docs", join(doc, "docs"), { recursive: true });
  const texts = ["LICENSE", "dist/THIRD-PARTY-NOTICES.txt", join(node, "LICENSE")];
  const line = `\n${"=".repeat(80)}\n\n`;
  const copyright = texts.map((path) => readFileSync(path, "utf8").trimEnd()).join(`\n${line}`);
  writeFileSync(join(doc, "copyright"), `${copyright}\n`);
  writeJson(join(doc, "sbom.cdx.json"), billWithNode(version, [componentOf(node, arch)]));
}

/** The bill of materials of the bundles, with the Node that goes with them. */
export function billWithNode(version, nodes) {
  const bill = JSON.parse(readFileSync("dist/sbom.cdx.json", "utf8"));
  const { component } = bill.metadata;
  Object.assign(component, { version, purl: component.purl.replace(/@[^@]*$/, `@${version}`) });
  component["bom-ref"] = component.purl;
  return { ...bill, components: [...bill.components, ...nodes] };
}

/** What the bill says of a Node. */
export function componentOf(folder, arch) {
  const content = createHash("sha256")
    .update(readFileSync(join(folder, "bin/node")))
    .digest("hex");
  const purl = `pkg:generic/node@${nodeVersion}?arch=${arch}`;
  return {
    type: "platform",
    "bom-ref": purl,
    name: "node",
    version: nodeVersion,
    description: `Node.js for Linux on ${arch}`,
    licenses: [{ license: { name: "MIT, and the licences in Node's own LICENSE" } }],
    purl,
    hashes: [{ alg: "SHA-256", content }],
  };
}

/** Gives everything in a folder the rights and the date that it has in a package. */
function settle(path, seconds) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const each = join(path, entry.name);
    if (entry.isDirectory()) settle(each, seconds);
    else {
      const runs = /opampsupervisor\/(node|opampsupervisor|bin\/opampsupervisor\.cjs)$/.test(each);
      chmodSync(each, runs ? 0o755 : 0o644);
      lutimesSync(each, seconds, seconds);
    }
  }
  chmodSync(path, 0o755);
  lutimesSync(path, seconds, seconds);
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
