// `node scripts/dependencies.js`: under which licences the packages of others are, and whether a known weakness is in what is
// shipped. What is shipped is what the bill of materials of the last build says; all else is used to make and test it.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { runCommand } from "./run-command.js";

/** Licences that permit to pass a package on inside of ours. */
const shippable = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];
/** Licences of what is only used here. */
const usable = [...shippable, "BlueOak-1.0.0", "MPL-2.0"];
/** The registry is asked for so long; without an answer all else is checked as always. */
const limitMs = 20_000;

/** Each package of package-lock.json once, with its licence and whether it is shipped. */
export function packagesOf(lock, bom) {
  const shipped = new Set(bom.components.map(({ purl }) => decodeURIComponent(purl)));
  const all = Object.entries(lock.packages).filter(([place]) => place !== "");
  const found = new Map(
    all.map(([place, { version, license }]) => {
      const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
      const isShipped = shipped.has(`pkg:npm/${name}@${version}`);
      return [`${name} ${version}`, { name, version, license, isShipped }];
    }),
  );
  return [...found.values()];
}

/** What is wrong with their licences; empty: nothing. */
export function licenceProblems(packages) {
  return packages.flatMap(({ name, version, license, isShipped }) => {
    const allowed = isShipped ? shippable : usable;
    if (allowed.includes(license)) return [];
    const what = isShipped ? "is shipped" : "is used";
    const expected = `expected one of ${allowed.join(", ")}, found ${license ?? "none"}`;
    return [
      `${name} ${version} ${what}: ${expected}. Permit it in scripts/dependencies.js or do without it.`,
    ];
  });
}

/** The advisories of `npm audit --json` that matter: high or critical, in something that is shipped. */
export function advisoriesIn(answer, packages) {
  const shipped = new Set(packages.filter((each) => each.isShipped).map(({ name }) => name));
  return Object.values(answer.vulnerabilities)
    .filter(({ name, severity }) => shipped.has(name) && /^(high|critical)$/.test(severity))
    .map(({ name, severity, via }) => {
      const titles = via.map((each) => (typeof each === "string" ? each : each.title));
      return `${name} has a weakness that counts as ${severity}: ${titles.join("; ")}`;
    });
}

/** What npm says, or undefined where its registry does not answer. */
export function readAnswer(text) {
  try {
    const answer = JSON.parse(text);
    return typeof answer.vulnerabilities === "object" ? answer : undefined;
  } catch {
    // No registry, a proxy's page, or nothing in time.
    return undefined;
  }
}

function summary(packages) {
  const count = (those) => {
    const counts = new Map();
    for (const { license } of those) counts.set(license, (counts.get(license) ?? 0) + 1);
    return [...counts].toSorted().map(([license, times]) => `${license} ${times}`);
  };
  const [shipped, others] = [true, false].map((is) =>
    packages.filter((one) => one.isShipped === is),
  );
  const list = shipped.map(({ name, version, license }) => `  ${name} ${version} ${license}`);
  return [
    `${shipped.length} packages are shipped: ${count(shipped).join(", ")}`,
    ...list,
    `${others.length} packages are used to make and test it: ${count(others).join(", ")}`,
  ].join("\n");
}

async function main() {
  const read = (path) => JSON.parse(readFileSync(path, "utf8"));
  const packages = packagesOf(read("package-lock.json"), read("dist/sbom.cdx.json"));
  process.stdout.write(`${summary(packages)}\n`);
  const { output } = await runCommand("npm", ["audit", "--json"], { quiet: true, limitMs });
  const answer = readAnswer(output);
  process.stdout.write(
    answer === undefined
      ? "Known weaknesses are left out: npm's registry does not answer.\n"
      : "npm's registry was asked for known weaknesses.\n",
  );
  const advisories = answer === undefined ? [] : advisoriesIn(answer, packages);
  const problems = [...licenceProblems(packages), ...advisories];
  for (const each of problems) process.stdout.write(`${each}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
