import { filesOfOffer } from "../fleet/offered-config.ts";
import { hashOf } from "../fleet/remote-config.ts";
import { queryOf } from "../library/group-of.ts";
import {
  deleteConfiguration,
  deleteGroup,
  groupsWith,
  saveConfiguration,
  saveGroup,
  versionOf,
  type Library,
  type SavedConfiguration,
  type SavedFile,
  type SavedGroup,
} from "../library/library.ts";
import { queryFinds } from "../library/query.ts";
import { storedLibrary } from "../library/stored-library.ts";
import type {
  ConfigurationText,
  Group,
  GroupBody,
  ListName,
  NamedConfiguration,
} from "../shapes/api-shapes.ts";
import type { RecordStore } from "./record-store.ts";
import { done, refusedWith, type Outcome, type SeenAgent, type SeenFleet } from "./seen-fleet.ts";

/** What people can do with named configurations and groups. */
export interface HeldLibrary {
  current(): Library;
  configurations(): readonly NamedConfiguration[];
  configurationText(name: string, version: number | undefined): Outcome<ConfigurationText>;
  saveConfiguration(
    name: string,
    files: ReadonlyMap<string, string>,
    note: string,
  ): Outcome<NamedConfiguration>;
  deleteConfiguration(name: string): Outcome<object>;
  groups(): readonly Group[];
  saveGroup(name: string, body: GroupBody): Outcome<Group>;
  deleteGroup(name: string): Outcome<object>;
}

/** What the library is held with. */
interface Holding {
  readonly fleet: SeenFleet;
  readonly store: RecordStore;
  readonly now: () => number;
  /** Tells those who look on. */
  readonly changed: (list: ListName) => void;
}

/** How many agents run which version of a configuration, by name. */
type Runs = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** The one library of a server. */
export function holdLibrary({ fleet, store, now, changed }: Holding): HeldLibrary {
  const values = (kind: "configuration" | "group"): unknown[] =>
    store.all(kind).map(({ value }) => value);
  let library = storedLibrary(values("configuration"), values("group"));
  const become = (next: Library, list: "configurations" | "groups"): void => {
    library = next;
    changed(list);
  };
  return {
    current: () => library,
    configurations: () => {
      const runs = runsIn(fleet);
      const byName = [...library.configurations.values()].sort(inOrder);
      return byName.map((saved) => viewConfiguration(library, saved, runs));
    },
    configurationText: (name, version) => {
      const found = versionOf(library, name, version);
      if (found !== undefined) {
        const { at, note, files } = found;
        return done({ name, version: found.version, at, note, files });
      }
      const what = version === undefined ? "" : `version ${version} of `;
      return refusedWith(404, `there is no ${what}configuration ${name}`);
    },
    saveConfiguration: (name, texts, note) => {
      const saving = saveConfiguration(library, name, {
        files: filesFrom(texts),
        note,
        hash: hashOfTexts(texts),
        now: now(),
      });
      if ("problem" in saving) return refusedWith(400, saving.problem);
      if (saving.library !== library) {
        store.put("configuration", name, saving.saved);
        become(saving.library, "configurations");
      }
      return done(viewConfiguration(library, saving.saved, runsIn(fleet)));
    },
    deleteConfiguration: (name) => {
      const known = library.configurations.has(name);
      const deleting = deleteConfiguration(library, name);
      if ("problem" in deleting) return refusedWith(known ? 409 : 404, deleting.problem);
      store.remove("configuration", name);
      become(deleting.library, "configurations");
      return done({});
    },
    groups: () => {
      const agents = fleet.all();
      return [...library.groups.values()].sort(inOrder).map((group) => view(agents, group));
    },
    saveGroup: (name, { query, configuration }) => {
      const group = { name, query, configuration: configuration ?? undefined };
      const saving = saveGroup(library, group);
      if ("problem" in saving) return refusedWith(400, saving.problem);
      store.put("group", name, group);
      become(saving.library, "groups");
      return done(view(fleet.all(), group));
    },
    deleteGroup: (name) => {
      const deleting = deleteGroup(library, name);
      if ("problem" in deleting) return refusedWith(404, deleting.problem);
      store.remove("group", name);
      become(deleting.library, "groups");
      return done({});
    },
  };
}

/** What agents report of these texts, in hex. */
export function hashOfTexts(texts: ReadonlyMap<string, string>): string {
  return Buffer.from(hashOf(filesOfOffer(texts))).toString("hex");
}

/** Texts as the library keeps them. */
export function filesFrom(texts: ReadonlyMap<string, string>): readonly SavedFile[] {
  return [...texts].map(([name, text]) => ({ name, text }));
}

function runsIn(fleet: SeenFleet): Runs {
  const runs = new Map<string, Map<number, number>>();
  for (const { row } of fleet.all()) {
    const { configuration, configState } = row;
    if (configuration === undefined || configState !== "in-sync") continue;
    const { name, version } = configuration;
    const versions = runs.get(name) ?? new Map<number, number>();
    runs.set(name, versions.set(version, (versions.get(version) ?? 0) + 1));
  }
  return runs;
}

function viewConfiguration(
  library: Library,
  { name, versions }: SavedConfiguration,
  runs: Runs,
): NamedConfiguration {
  const running = [...(runs.get(name) ?? new Map<number, number>())];
  const all = running.reduce((sum, [, agents]) => sum + agents, 0);
  const newest = runs.get(name)?.get(versions[0].version) ?? 0;
  return {
    name,
    versions: versions.map(({ version, at, note, hash }) => ({ version, at, note, hash })),
    groups: groupsWith(library, name),
    agents: { newest, older: all - newest },
  };
}

function view(agents: readonly SeenAgent[], group: SavedGroup): Group {
  const query = queryOf(group);
  const found = agents.filter(({ row }) => queryFinds(query, row));
  return { ...group, agents: found.length };
}

function inOrder(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
