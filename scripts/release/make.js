// Each kind of package, from a folder that tree.js has made.
import { existsSync, mkdirSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "./must.js";
import { cache } from "./node-binary.js";

const nfpmVersion = "2.45.1";

const quick = { deb: "none", rpm: "gzip:1" };

/** nfpm, built once from its sources. */
async function nfpm() {
  const folder = join(cache, `nfpm-${nfpmVersion}`);
  const program = join(folder, "nfpm");
  if (existsSync(program)) return program;
  process.stdout.write("Building nfpm (once, some minutes) ...\n");
  mkdirSync(folder, { recursive: true });
  const wanted = `github.com/goreleaser/nfpm/v2/cmd/nfpm@v${nfpmVersion}`;
  await must("go", ["install", wanted], { GOBIN: folder });
  return program;
}

/** A deb or an rpm. `fast`: hardly compressed, for tests. */
export async function makeSystemPackage(kind, target, tree, { arch, version, seconds, fast }) {
  // nfpm puts variables into some of its keys only. Its xz takes minutes for each package.
  const config = `${tree}.nfpm.yaml`;
  const text = readFileSync("packaging/nfpm.yaml", "utf8");
  writeFileSync(config, text.replaceAll("${COMPRESSION}", fast ? quick[kind] : "gzip"));
  const env = {
    TREE: tree,
    VERSION: version,
    ARCH: arch === "x64" ? "amd64" : arch,
    SOURCE_DATE_EPOCH: String(seconds),
  };
  await must(await nfpm(), ["package", "-f", config, "-p", kind, "-t", target], env);
}

/** A tar.gz that runs in any folder. */
export async function makeArchive(target, tree, name, { seconds, fast }) {
  for (const each of [
    "packaging/supervisor.yaml.example",
    "packaging/systemd/opampsupervisor.service",
  ]) {
    copyFileSync(each, join(tree, "doc", each.split("/").at(-1)));
  }
  const same = [
    ...["--sort=name", "--format=gnu", "--owner=0", "--group=0", "--numeric-owner"],
    ...[`--mtime=@${seconds}`, "--mode=u+rwX,go+rX,go-w"],
    ...[
      `--transform=s,^opampsupervisor,${name},`,
      `--transform=s,^\\(doc\\|completions\\),${name}/&,`,
    ],
  ];
  const plain = target.replace(/\.gz$/, "");
  await must("tar", [...same, "-cf", plain, "-C", tree, "opampsupervisor", "doc", "completions"]);
  await must("gzip", ["-n", fast ? "-1" : "-9", "-f", plain]);
}

/** The package for npm, of what is built. */
export async function makeNpmPackage(folder) {
  const args = ["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", folder];
  return (await must("npm", args)).trim().split("\n").at(-1);
}
