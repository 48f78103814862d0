import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { packageSettings } from "../../dev-server/shapes/package-settings.ts";
import type { Shelf, ShelfOptions } from "../../dev-server/shelf/shelf.ts";
import type { CliSurroundings } from "../surroundings.ts";

/** Where packages come from, as it was typed. */
export interface PackagesWish {
  readonly packages?: string;
  readonly packagesKey?: string;
}

/** What the server is told of packages; undefined where nothing was typed. */
export function packagesOf(
  { packages, packagesKey }: PackagesWish,
  { environment, workingDirectory }: CliSurroundings,
): ShelfOptions | undefined {
  if (packages === undefined) return undefined;
  const named = environment.get("XDG_STATE_HOME") ?? "";
  // A relative one is to be passed over (XDG Base Directory Specification).
  const state = isAbsolute(named) ? named : join(homedir(), ".local/state");
  const usual = join(state, "opampsupervisor/dev-server-packages.pem");
  return {
    directory: resolve(workingDirectory, packages),
    keyFile: resolve(workingDirectory, packagesKey ?? usual),
  };
}

/** What is printed at the start: what there is to offer, and how a supervisor comes to believe it. */
export function aboutPackages(shelf: Shelf): string {
  const { directory, publicKey } = shelf;
  const { items, problems } = shelf.content();
  return [
    `packages        ${directory}, ${items.length} to offer`,
    ...problems.map((problem) => `                not offered: ${problem}`),
    `public key      ${publicKey}, to believe it in supervisor.yaml:`,
    "",
    ...packageSettings(publicKey).map((line) => `  ${line}`),
    "",
    "",
  ].join("\n");
}
