// `npm run release -- --out FOLDER --key KEY.pem`: everything that is published, with its sums, their signature and a bill
// of materials. The same sources make the same bytes; the date in them is that of the last commit, or SOURCE_DATE_EPOCH.
import { createHash, createPrivateKey } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeArchive, makeNpmPackage, makeSystemPackage } from "./release/make.js";
import { must } from "./release/must.js";
import { nodeFor } from "./release/node-binary.js";
import { billWithNode, componentOf, makeTree } from "./release/tree.js";
import { runCommand } from "./run-command.js";
import { buildProgram, giveUp, installPackages } from "./setup.js";

const systemKinds = ["tar.gz", "deb", "rpm"];
const kinds = ["npm", ...systemKinds];
const archs = ["x64", "arm64"];

const usage = `npm run release -- --out FOLDER [--key KEY.pem]

  --out FOLDER         a folder that is empty or not there yet
  --key KEY.pem        signs the sums; made by: opampsupervisor package keygen --key KEY.pem
  --only deb,rpm       some of: ${kinds.join(", ")}
  --arch x64           one of: ${archs.join(", ")}; without it both
  --as-version 1.2.3   another version than that of package.json, to try an upgrade; without the npm package
  --fast               of what is built already, hardly compressed, to try something
`;

function wishes() {
  const text = { type: "string" };
  try {
    const { values } = parseArgs({
      options: {
        ...{ out: text, key: text, only: text, arch: text, "as-version": text },
        ...{ fast: { type: "boolean", default: false }, help: { type: "boolean", short: "h" } },
      },
    });
    return values;
  } catch (error) {
    return giveUp(`${error.message}\n\n${usage}`);
  }
}

const wish = wishes();
if (wish.help) {
  process.stdout.write(usage);
  process.exit(0);
}
if (wish.out === undefined) giveUp(`expected --out FOLDER\n\n${usage}`);
const out = resolve(process.env.INIT_CWD ?? ".", wish.out);
const key = wish.key && resolve(process.env.INIT_CWD ?? ".", wish.key);
const asVersion = wish["as-version"];
// npm takes the version from package.json alone.
const only = some("--only", wish.only, asVersion === undefined ? kinds : systemKinds);
const wantedArchs = some("--arch", wish.arch, archs);
if (existsSync(out) && readdirSync(out).length > 0)
  giveUp(`expected an empty folder, found files in ${out}`);
// Found out before the minutes of work, not after them.
if (key !== undefined) checkKey();
if (asVersion !== undefined && !/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(asVersion))
  giveUp(`expected a version such as 1.2.3 with --as-version, found ${asVersion}`);

function checkKey() {
  try {
    if (createPrivateKey(readFileSync(key)).asymmetricKeyType === "ed25519") return;
  } catch {
    // Said below.
  }
  giveUp(`expected a private ed25519 key without a passphrase in ${key}, found none`);
}

function some(option, text, all) {
  if (text === undefined) return all;
  const chosen = text.split(",");
  const wrong = chosen.find((each) => !all.includes(each));
  if (wrong !== undefined)
    giveUp(`expected one of ${all.join(", ")} with ${option}, found ${wrong}`);
  return chosen;
}

async function step(name, work) {
  process.stdout.write(`${name} ...`);
  const begin = performance.now();
  const file = await work();
  const size = file && existsSync(join(out, file)) ? `, ${megabytes(join(out, file))} MB` : "";
  process.stdout.write(` ${((performance.now() - begin) / 1000).toFixed(1)} s${size}\n`);
}

const megabytes = (path) => (statSync(path).size / 1e6).toFixed(1);

async function dateOfSources() {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH);
  const { ok, output } = await runCommand("git", ["log", "-1", "--format=%ct"], { quiet: true });
  return ok ? Number(output.trim()) : 0;
}

function sumsOf(names) {
  const lines = names.map((name) => {
    const sum = createHash("sha256")
      .update(readFileSync(join(out, name)))
      .digest("hex");
    return `${sum}  ${name}\n`;
  });
  writeFileSync(join(out, "SHA256SUMS"), lines.join(""));
}

async function sign(version) {
  const file = join(out, "SHA256SUMS");
  const args = ["sign", file, "--key", key, "--name", "SHA256SUMS", "--package-version", version];
  const signature = await must(process.execPath, ["bin/opampsupervisor.cjs", "package", ...args]);
  writeFileSync(`${file}.sig`, signature);
}

await installPackages();
const version = asVersion ?? JSON.parse(readFileSync("package.json", "utf8")).version;
const seconds = await dateOfSources();
const work = `${out}.work`;
mkdirSync(out, { recursive: true });
mkdirSync(work, { recursive: true });
if (wish.fast) await buildProgram();
else
  await step("Bundles", async () => {
    const { ok, output } = await runCommand(process.execPath, ["scripts/build.js"], {
      quiet: true,
    });
    if (!ok) giveUp(`The program could not be built:\n${output}`);
  });
if (only.includes("npm")) await step("npm package", () => makeNpmPackage(out));
const systems = only.filter((kind) => kind !== "npm");
for (const arch of systems.length > 0 ? wantedArchs : []) {
  const about = { arch, version, seconds, fast: wish.fast };
  const name = `opampsupervisor-${version}-linux-${arch}`;
  if (only.includes("tar.gz")) {
    const tree = join(work, `portable-${arch}`);
    await step(`${name}.tar.gz`, async () => {
      await makeTree(tree, { ...about, launcher: "portable" });
      await makeArchive(join(out, `${name}.tar.gz`), tree, name, about);
      return `${name}.tar.gz`;
    });
  }
  const kindsHere = systems.filter((kind) => kind !== "tar.gz");
  const tree = join(work, `installed-${arch}`);
  if (kindsHere.length > 0) await makeTree(tree, { ...about, launcher: "installed" });
  for (const kind of kindsHere) {
    await step(`${name}.${kind}`, async () => {
      await makeSystemPackage(kind, join(out, `${name}.${kind}`), tree, about);
      return `${name}.${kind}`;
    });
  }
}
await step("Bill of materials", async () => {
  const nodes = systems.length > 0 ? wantedArchs : [];
  const parts = await Promise.all(
    nodes.map(async (arch) => componentOf(await nodeFor(arch), arch)),
  );
  const bill = JSON.stringify(billWithNode(version, parts), undefined, 2);
  writeFileSync(join(out, `opampsupervisor-${version}.cdx.json`), `${bill}\n`);
});
rmSync(work, { recursive: true, force: true });
sumsOf(readdirSync(out).sort());
if (key !== undefined) await sign(version);
process.stdout.write(`\n${readFileSync(join(out, "SHA256SUMS"), "utf8")}`);
process.stdout.write(
  key === undefined
    ? "\nNot signed: give --key KEY.pem for a release.\n"
    : "\nSHA256SUMS.sig signs SHA256SUMS.\n",
);
