import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/install.md"), "utf8");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
};

/** The command blocks of the page that say that they are run here, in the order of the page. */
function blocks(): readonly string[] {
  const mark = "<!-- test/systems/portable.test.ts runs this block -->\n\n```sh\n";
  return page
    .split(mark)
    .slice(1)
    .map((rest) => rest.slice(0, rest.indexOf("```")));
}

test("a release: made twice it is the same, and it is verified, unpacked and run as docs/install.md says", () => {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-release-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  symlinkSync(join(root, "bin/opampsupervisor.cjs"), join(bin, "opampsupervisor"));
  const out = join(folder, "one");
  const sh = (cwd: string, script: string): string =>
    execFileSync("sh", ["-ec", script.replaceAll("linux-x64", `linux-${process.arch}`)], {
      cwd,
      env: { PATH: `${bin}:${process.env["PATH"] ?? ""}`, VERSION: version },
      encoding: "utf8",
    });
  const release = (into: string): string =>
    execFileSync(
      process.execPath,
      [
        ...["scripts/release.js", "--out", into, "--key", join(folder, "release-key.pem")],
        ...["--only", "npm,tar.gz", "--arch", process.arch, "--fast"],
      ],
      { cwd: root, encoding: "utf8" },
    );

  const [sums = "", ours = "", openssl = "", unpack = "", keys = ""] = blocks();
  sh(folder, keys);
  release(out);
  expect(readdirSync(out)).toEqual([
    "SHA256SUMS",
    "SHA256SUMS.sig",
    `opampsupervisor-${version}-linux-${process.arch}.tar.gz`,
    `opampsupervisor-${version}.cdx.json`,
    `opampsupervisor-${version}.tgz`,
  ]);
  sh(folder, `cp release-key.pub.pem ${out}`);
  expect(sh(out, sums).match(/: OK$/gm)).toHaveLength(3);
  expect(sh(out, ours)).toContain("is trusted as SHA256SUMS");
  expect(sh(out, openssl)).toContain("Signature Verified Successfully");
  expect(sh(out, unpack).trim()).toBe(version);
  // Through a link, and from another folder.
  const name = `opampsupervisor-${version}-linux-${process.arch}`;
  sh(folder, `ln -s "${out}/${name}/opampsupervisor" link`);
  expect(sh("/", `"${folder}/link" version`).trim()).toBe(version);
  expect(sh(out, `cmp ${name}/supervisor.schema.json "${root}/docs/supervisor.schema.json"`)).toBe(
    "",
  );
  expect(readdirSync(join(out, name, "completions"))).toEqual([
    ...["_opampsupervisor", "opampsupervisor", "opampsupervisor.fish"],
  ]);
  // Without the Node of this machine, and without anything else of it.
  expect(sh("/", `env -i PATH=/usr/bin:/bin "${folder}/link" help`)).toContain("check");
  sh(out, `echo more >> opampsupervisor-${version}.tgz`);
  expect(() => sh(out, sums)).toThrow();
  sh(out, "echo more >> SHA256SUMS");
  expect(() => sh(out, ours)).toThrow();

  release(join(folder, "two"));
  sh(folder, "sed -i '$d' one/SHA256SUMS; cmp one/SHA256SUMS two/SHA256SUMS");
}, 900_000);
