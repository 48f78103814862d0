// The Node that goes into the packages: brought from the npm registry once, and only as the bytes that packaging/node.json
// names.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  closeSync,
  renameSync,
  rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { giveUp } from "../setup.js";
import { must } from "./must.js";

const pinned = JSON.parse(readFileSync("packaging/node.json", "utf8"));

/** Where what a release is made with is kept from one time to the next. */
export const cache = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"),
  "opampsupervisor/release",
);

/** The version of Node in the packages. */
export const nodeVersion = pinned.version;

/** A folder with `bin/node` for that processor, and its LICENSE. */
export async function nodeFor(arch) {
  const { package: name, integrity } = pinned[arch];
  const folder = join(cache, `${name}-${pinned.version}`);
  if (!existsSync(folder)) await bring(name, integrity, folder);
  const machine = machineOf(join(folder, "bin/node"));
  if (machine !== arch) giveUp(`expected a program for ${arch} in ${folder}, found ${machine}`);
  return folder;
}

async function bring(name, integrity, folder) {
  const part = `${folder}.part-${process.pid}`;
  mkdirSync(join(part, "unpacked"), { recursive: true });
  const wanted = `${name}@${pinned.version}`;
  const printed = await must("npm", ["pack", "--silent", "--pack-destination", part, wanted]);
  const archive = join(part, printed.trim());
  const found = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
  if (found !== integrity) {
    rmSync(part, { recursive: true });
    giveUp(`expected ${wanted} to be ${integrity}, as packaging/node.json says, found ${found}`);
  }
  const args = ["-xzf", archive, "-C", join(part, "unpacked"), "--strip-components=1"];
  await must("tar", args);
  // Another release may have been faster, which brought the same bytes.
  if (!existsSync(folder)) renameSync(join(part, "unpacked"), folder);
  rmSync(part, { recursive: true });
}

/** The processor that a program is for, by the head of its ELF file. */
export function machineOf(path) {
  const head = Buffer.alloc(20);
  const file = openSync(path, "r");
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  if (head.toString("latin1", 0, 4) !== "\x7fELF") return "no ELF program";
  return { 0x3e: "x64", 0xb7: "arm64" }[head.readUInt16LE(18)] ?? "another processor";
}
