import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, systemCodeOf } from "../../errors.ts";
import { faultOfLabel } from "../../packages/trust/statement.ts";
import type { ShelfKind } from "./shelf-item.ts";

/** A file at a place where one version of a package belongs. */
export interface ShelfPlace {
  readonly name: string;
  readonly kind: ShelfKind;
  readonly version: string;
  readonly fileName: string;
  readonly path: string;
}

interface Found {
  readonly places: readonly ShelfPlace[];
  readonly problems: readonly string[];
}

/** Below this folder are add-ons; there is no program by that name. */
const addons = "addons";
const layout = "VERSION/FILE, NAME/VERSION/FILE or addons/NAME/VERSION/FILE";

/** Looks for packages in a folder: `VERSION/FILE`, `NAME/VERSION/FILE`, `addons/NAME/VERSION/FILE`; no link is followed. */
export async function findPlaces(directory: string): Promise<Found> {
  const { folders, others, problems } = await list(directory, "");
  const strays = others.map((name) => `expected ${layout}, found ${name}`);
  const found = await Promise.all(
    folders.map((folder) =>
      folder === addons ? findAddons(directory) : findProgram(directory, folder),
    ),
  );
  return onePerName(joined([{ places: [], problems: [...problems, ...strays] }, ...found]));
}

async function findAddons(directory: string): Promise<Found> {
  const { folders, others, problems } = await list(directory, addons);
  const strays = others.map((name) => `expected ${layout}, found ${addons}/${name}`);
  const found = folders.map((name) => {
    return findVersions(directory, join(addons, name), { name, kind: "addon" });
  });
  return joined([
    { places: [], problems: [...problems, ...strays] },
    ...(await Promise.all(found)),
  ]);
}

/** A folder with folders in it is a name, one with a file in it is a version of the program without a name. */
async function findProgram(directory: string, folder: string): Promise<Found> {
  const { folders, problems } = await list(directory, folder);
  if (problems.length > 0) return { places: [], problems };
  if (folders.length > 0) return findVersions(directory, folder, { name: folder, kind: "program" });
  return findFile(directory, folder, { name: "", kind: "program", version: folder });
}

async function findVersions(
  directory: string,
  folder: string,
  about: Pick<ShelfPlace, "name" | "kind">,
): Promise<Found> {
  const { folders, others, problems } = await list(directory, folder);
  const strays = others.map((name) => `expected ${layout}, found ${folder}/${name}`);
  const found = folders.map((version) =>
    findFile(directory, join(folder, version), { ...about, version }),
  );
  return joined([
    { places: [], problems: [...problems, ...strays] },
    ...(await Promise.all(found)),
  ]);
}

async function findFile(
  directory: string,
  folder: string,
  about: Pick<ShelfPlace, "name" | "kind" | "version">,
): Promise<Found> {
  const { folders, others, files, problems } = await list(directory, folder);
  const fault = faultOfLabel(about.name) ?? faultOfLabel(about.version);
  if (fault !== undefined) return refusal(`${JSON.stringify(folder)} is a name ${fault}`);
  if (problems.length > 0) return { places: [], problems };
  const [fileName] = files;
  if (folders.length + others.length === 0) return { places: [], problems: [] };
  if (fileName === undefined || folders.length + others.length !== 1) {
    const names = [...folders, ...others].sort().slice(0, 3).join(", ");
    return refusal(`expected one file in ${folder}, found ${names} (links are not followed)`);
  }
  const place = { ...about, fileName, path: join(directory, folder, fileName) };
  return { places: [place], problems: [] };
}

/** The names in a folder; those with a dot in front are somebody else's business. */
async function list(
  directory: string,
  folder: string,
): Promise<{
  readonly folders: readonly string[];
  readonly files: readonly string[];
  /** All that is no folder: files, links and whatever else there is. */
  readonly others: readonly string[];
  readonly problems: readonly string[];
}> {
  try {
    const entries = await readdir(join(directory, folder), { withFileTypes: true });
    const seen = entries.filter(({ name }) => !name.startsWith("."));
    const names = (wanted: (entry: Dirent) => boolean): readonly string[] =>
      seen.filter(wanted).map(({ name }) => name);
    return {
      folders: names((entry) => entry.isDirectory()),
      files: names((entry) => entry.isFile()),
      others: names((entry) => !entry.isDirectory()),
      problems: [],
    };
  } catch (error) {
    // A folder below that went away while we looked is simply not there.
    const gone = folder !== "" && systemCodeOf(error) === "ENOENT";
    const problems = gone ? [] : [`${folder === "" ? directory : folder}: ${messageOf(error)}`];
    return { folders: [], files: [], others: [], problems };
  }
}

/** In an offer a name stands for one package only. */
function onePerName({ places, problems }: Found): Found {
  const programs = new Set(places.filter(({ kind }) => kind === "program").map(({ name }) => name));
  const twice = places.filter(({ kind, name }) => kind === "addon" && programs.has(name));
  const names = new Set(twice.map(({ name }) => name));
  const said = [...names].map((name) => `${addons}/${name} has the name of a program: rename it`);
  return {
    places: places.filter((place) => !twice.includes(place)),
    problems: [...problems, ...said],
  };
}

function joined(parts: readonly Found[]): Found {
  return {
    places: parts.flatMap(({ places }) => places),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

function refusal(problem: string): Found {
  return { places: [], problems: [problem] };
}
