import { mkdirSync, writeFileSync, readFileSync, existsSync, statSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import type { AgentSettings } from "../../../src/supervisor/settings/settings.ts";
import {
  type LocalSources,
  readLocalSources,
  lookAtLocalSources,
} from "../../../src/supervisor/inputs/local-files.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface Place {
  readonly storage: string;
  readonly working: string;
  readonly write: (path: string, text: string) => string;
  readonly text: (path: string) => string;
  readonly read: (agent?: Partial<AgentSettings>, firstStart?: boolean) => LocalSources;
}

/** A working directory with the state directory at `storagePath` below it. */
function place(storagePath = "storage"): Place {
  const working = temporaryFolder();
  const storage = join(working, storagePath);
  mkdirSync(storage, { recursive: true });
  return {
    storage,
    working,
    write: (path, text) => {
      writeFileSync(join(working, path), text);
      return join(working, path);
    },
    text: (path) => readFileSync(join(working, path), "utf8"),
    read: (changes = {}, firstStart = true) => {
      const agent = {
        configFiles: [],
        protectedConfigFiles: [],
        startupFallbackConfigs: [],
        fetchedLayers: new Map(),
        ...changes,
      };
      return readLocalSources(agent as unknown as AgentSettings, storage, working, firstStart);
    },
  };
}

const written = "receivers:\n  otlp: # by hand\n";

test("without local files there are no layers and nothing to say", () => {
  const { read } = place();
  expect(read()).toEqual({ layers: [], mirror: undefined, notes: [] });
});

test("local files are layers in their order, below the remote configuration", () => {
  const { read, write } = place();
  const configFiles = [write("b.yaml", "b: 1\n"), write("a.yaml", "a: 1\n")];
  expect(read({ configFiles })).toEqual({
    layers: [
      { name: configFiles[0], text: "b: 1\n", place: "base" },
      { name: configFiles[1], text: "a: 1\n", place: "base" },
    ],
    mirror: undefined,
    notes: [],
  });
});

test("what stands behind $REMOTE_CONFIG lies over it, other special words are no files", () => {
  const { read, write } = place();
  const [one, two, three] = ["1.yaml", "2.yaml", "3.yaml"].map((name) => write(name, name));
  const configFiles = [
    "$OWN_TELEMETRY_CONFIG",
    one!,
    "$OPAMP_EXTENSION_CONFIG",
    "$REMOTE_CONFIG",
    two!,
    three!,
  ];
  const places = read({ configFiles }).layers.map(({ name, place: at }) => [name, at]);
  expect(places).toEqual([
    [one, "base"],
    [two, "over"],
    [three, "over"],
  ]);
});

test("$REMOTE_CONFIG in the first place puts every file over it", () => {
  const { read, write } = place();
  const configFiles = ["$REMOTE_CONFIG", write("a.yaml", "")];
  expect(read({ configFiles }).layers).toMatchObject([{ place: "over" }]);
});

test("protected files come last, with local files and without", () => {
  const { read, write } = place();
  const base = write("base.yaml", "a: 1\n");
  const guard = write("guard.yaml", "b: 2\n");
  const top = { name: guard, text: "b: 2\n", place: "protected" };
  const both = read({ configFiles: [base], protectedConfigFiles: [guard] });
  expect(both.layers).toEqual([{ name: base, text: "a: 1\n", place: "base" }, top]);
  expect(read({ protectedConfigFiles: [guard] }).layers).toEqual([top]);
});

test("a file that is gone is an error that names it", () => {
  const { read, working } = place();
  const missing = join(working, "none.yaml");
  expect(() => read({ configFiles: [missing] })).toThrow(missing);
  expect(() => read({ protectedConfigFiles: [missing] })).toThrow(missing);
});

test("a hand-written effective.yaml is taken over, the original kept, and both are said", () => {
  const { read, write, storage } = place();
  const mirror = write("effective.yaml", written);
  const base = join(storage, "base.yaml");
  const { notes, ...sources } = read();
  expect(sources).toEqual({ layers: [{ name: base, text: written, place: "base" }], mirror });
  expect(readFileSync(base, "utf8")).toBe(written);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain(mirror);
  expect(notes[0]).toContain(base);
});

test("it is taken over once: what it shows later is not taken for the base", () => {
  const { read, write, text, storage } = place();
  const mirror = write("effective.yaml", written);
  read();
  write("effective.yaml", "merged: true\n");
  write("storage/effective.yaml", "merged: true\n");
  for (const firstStart of [false, true]) {
    const { layers, notes, ...rest } = read({}, firstStart);
    expect(layers).toMatchObject([{ name: join(storage, "base.yaml"), text: written }]);
    expect([rest.mirror, notes]).toEqual([mirror, []]);
  }
  expect(text("effective.yaml")).toBe("merged: true\n");
});

test("an effective.yaml that is written after the first start is taken over too", () => {
  const { read, write } = place();
  expect(read().layers).toEqual([]);
  write("effective.yaml", written);
  write("storage/effective.yaml", "merged: true\n");
  expect(read({}, false).layers).toMatchObject([{ text: written, place: "base" }]);
});

test("a change by hand of the file that shows the configuration is kept, and that is said", () => {
  const { read, write, text, storage } = place();
  const mirror = write("effective.yaml", written);
  read();
  write("storage/effective.yaml", "merged: true\n");
  write("effective.yaml", "merged: true\nedited: true\n");
  const { layers, notes } = read({}, false);
  expect(layers).toMatchObject([{ text: written }]);
  expect(text("storage/effective.edited.yaml")).toBe("merged: true\nedited: true\n");
  expect(notes).toHaveLength(1);
  expect(notes[0]).toContain(mirror);
  expect(notes[0]).toContain(join(storage, "effective.edited.yaml"));
  expect(notes[0]).toContain(join(storage, "base.yaml"));
});

test("where the shown file was deleted nothing is said, and it will be written again", () => {
  const { read, working, storage } = place();
  writeFileSync(join(storage, "base.yaml"), written);
  writeFileSync(join(storage, "effective.yaml"), "merged: true\n");
  expect(read({}, false)).toMatchObject({ mirror: join(working, "effective.yaml"), notes: [] });
});

test("in a state directory that is the working directory the first start takes the file over", () => {
  const { read, write, working } = place(".");
  write("effective.yaml", written);
  const { layers, mirror } = read();
  expect(layers).toMatchObject([{ name: join(working, "base.yaml"), text: written }]);
  // The store itself writes that very file.
  expect(mirror).toBeUndefined();
  write("effective.yaml", "merged: true\n");
  expect(read({}, false)).toMatchObject({ layers: [{ text: written }], mirror: undefined });
});

test("in a state directory that is the working directory our own file is never taken over", () => {
  const { read, write, working } = place(".");
  expect(read().layers).toEqual([]);
  write("effective.yaml", "merged: true\n");
  expect(read({}, false)).toEqual({ layers: [], mirror: undefined, notes: [] });
  expect(existsSync(join(working, "base.yaml"))).toBe(false);
});

test("a state directory is known as the working directory however it is written", () => {
  const { write, working } = place(".");
  write("effective.yaml", written);
  const agent = {
    configFiles: [],
    protectedConfigFiles: [],
    startupFallbackConfigs: [],
    fetchedLayers: new Map(),
  } as unknown as AgentSettings;
  const sources = readLocalSources(agent, `${working}/./x/..`, working, true);
  expect(sources.mirror).toBeUndefined();
});

test("with local files named, an effective.yaml in the working directory is left alone", () => {
  const { read, write, text, storage } = place();
  write("effective.yaml", written);
  const sources = read({ configFiles: [write("a.yaml", "a: 1\n")] });
  expect(sources).toMatchObject({ layers: [{ text: "a: 1\n" }], mirror: undefined, notes: [] });
  expect(text("effective.yaml")).toBe(written);
  expect(existsSync(join(storage, "base.yaml"))).toBe(false);
});

test("the copies that are kept may hold secrets: they are for the owner only", () => {
  const { read, write, storage } = place();
  write("effective.yaml", written);
  read();
  write("storage/effective.yaml", "merged: true\n");
  read({}, false);
  for (const name of ["base.yaml", "effective.edited.yaml"]) {
    expect(statSync(join(storage, name)).mode & 0o777).toBe(0o600);
  }
});

test("a look at the sources finds what a start would find, before and after it, and writes nothing", () => {
  const { storage, working, write, read } = place();
  const agent = {
    configFiles: [],
    protectedConfigFiles: [write("p.yaml", "p: 1\n")],
    startupFallbackConfigs: [],
    fetchedLayers: new Map(),
  };
  const look = (firstStart: boolean) =>
    lookAtLocalSources(agent as unknown as AgentSettings, storage, working, firstStart);
  const protectedLayer = {
    name: agent.protectedConfigFiles[0],
    text: "p: 1\n",
    place: "protected",
  };
  expect(look(true)).toEqual([protectedLayer]);
  const path = write("effective.yaml", written);
  expect(look(true)).toEqual([{ name: path, text: written, place: "base" }, protectedLayer]);
  expect(readdirSync(storage)).toEqual([]);
  read();
  write("effective.yaml", "edited: by hand\n");
  const base = join(storage, "base.yaml");
  expect(look(false)).toEqual([{ name: base, text: written, place: "base" }, protectedLayer]);
  expect(readdirSync(storage)).toEqual(["base.yaml"]);
});

test("fallback files are layers of their own place, beside all others", () => {
  const { read, write } = place();
  const base = write("base.yaml", "a: 1\n");
  const fallback = write("fallback.yaml", "b: 2\n");
  const { layers } = read({ configFiles: [base], startupFallbackConfigs: [fallback] });
  expect(layers.map((layer) => layer.place)).toEqual(["base", "fallback"]);
});

test("what an agent runs with that somebody else has started is its base, and effective.yaml beside us is not", () => {
  const { working, write, read, storage } = place();
  write("effective.yaml", "receivers: {other: }\n");
  const configPath = write("shared.yaml", written);
  const attach = { configPath } as AgentSettings["attach"];
  expect(read({ attach }).layers).toEqual([
    { name: join(storage, "base.yaml"), text: written, place: "base" },
  ]);
  write("shared.yaml", "receivers: {ours: }\n");
  const next = read({ attach }, false);
  expect(next.layers.map(({ text }) => text)).toEqual([written]);
  expect(next.mirror).toBeUndefined();
  expect(readdirSync(working)).toContain("effective.yaml");
});
