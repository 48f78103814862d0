import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { noConnections } from "../../../src/agent-config/connections.ts";
import { type Journal, record } from "../../../src/supervisor/core/report/journal.ts";
import { type Generation, unknownBinary } from "../../../src/supervisor/core/state/generation.ts";
import { initialState, withConfig } from "../../../src/supervisor/core/state/state.ts";
import { type Mended, mendAll } from "../../../src/supervisor/store/mend.ts";
import { type Store, openStore } from "../../../src/supervisor/store/store.ts";
import { configText, remoteOf, renderedOf, uid } from "../../helpers/core/core-samples.ts";
import { mountSmallDisk, wayToMount } from "../../helpers/e2e/small-disk.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const secret = { name: "0123456789abcdef01234567.txt", text: "a secret" };

function generationOf(number: number): Generation {
  return {
    number,
    config: {
      ...renderedOf(configText(`${secret.name} ${number}`)),
      files: number === 2 ? [secret] : [],
    },
    remote: remoteOf(`config ${number}`),
    binary: unknownBinary,
    connections: noConnections,
    sources: undefined,
    stopsData: false,
  };
}

const good = generationOf(1);
const target = generationOf(2);

function journal(): Journal {
  return record(withConfig(initialState(uid), { good, target, nextNumber: 3 }));
}

function mendOf(store: Store): Mended {
  return store.mend({ journal, generations: [target, good], inForce: target });
}

function filled(directory: string): Store {
  const store = openStore(directory);
  store.keep(good);
  store.keep(target);
  store.publish(target);
  store.writeJournal(journal());
  store.keepSecrets(target);
  mendOf(store);
  return store;
}

function expectWhole(store: Store): void {
  const { directory } = store;
  expect((statSync(directory).mode & 0o777).toString(8)).toBe("700");
  expect(readFileSync(store.effectivePath, "utf8")).toBe(target.config.text);
  expect(readFileSync(join(store.secretsDirectory, secret.name), "utf8")).toBe(secret.text);
  const found = openStore(directory).read();
  expect(found).toMatchObject({ onDisk: 2, warnings: [], journal: { nextNumber: 3 } });
  expect([...found.texts].sort()).toEqual([
    [1, good.config.text],
    [2, target.config.text],
  ]);
}

const places = [
  "",
  "effective.yaml",
  "generations",
  "generations/000001.yaml",
  "generations/000002.yaml",
  "journal.json",
  "journal.previous.json",
  "secrets",
  `secrets/${secret.name}`,
];

/** What hands, programs and disks do to a path. */
const harms: Readonly<Record<string, (path: string) => void>> = {
  remove: () => undefined,
  "another text": (path) => writeFileSync(path, "another text"),
  empty: (path) => writeFileSync(path, ""),
  huge: (path) => {
    writeFileSync(path, "");
    truncateSync(path, 2 ** 33);
  },
  pipe: (path) => void execFileSync("mkfifo", [path]),
  directory: (path) => mkdirSync(join(path, "deep"), { recursive: true }),
  "link to a device": (path) => symlinkSync("/dev/full", path),
  "link to nowhere": (path) => symlinkSync("/no/such/place", path),
  "link to a file": (path) => symlinkSync("/etc/passwd", path),
};

function harm(directory: string, place: string, how: string): void {
  const path = join(directory, place);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  harms[how]?.(path);
}

const flags = wayToMount();

/** A folder in memory where that is possible: the many writes here wait for a disk each time. */
async function quickFolder(): Promise<string> {
  const folder = temporaryFolder();
  if (flags === undefined) return folder;
  return (await mountSmallDisk(flags, folder, "16m")).path("");
}

test("whatever is done to the storage directory is undone", async () => {
  const folder = await quickFolder();
  let runs = 0;
  const passwords = readFileSync("/etc/passwd", "utf8");
  const one = fc.record({
    place: fc.constantFrom(...places),
    how: fc.constantFrom(...Object.keys(harms)),
  });
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), (all) => {
      const directory = join(folder, String((runs += 1)));
      const store = filled(directory);
      for (const { place, how } of all) {
        try {
          harm(directory, place, how);
        } catch {
          // An earlier one has left no directory to do it in.
        }
      }
      expect(mendOf(store)).toMatchObject({ problem: undefined, inForce: true });
      expectWhole(store);
      expect(mendOf(store)).toEqual({ restored: [], problem: undefined, inForce: true });
    }),
    { numRuns: 100, interruptAfterTimeLimit: 10_000 },
  );
  expect(readFileSync("/etc/passwd", "utf8")).toBe(passwords);
}, 20_000);

test("a start finds its way through whatever stands in the place of its files", async () => {
  const folder = await quickFolder();
  for (const place of places.filter((each) => each.includes("."))) {
    for (const how of Object.keys(harms)) {
      const directory = join(folder, `${place.replace("/", "-")} ${how}`);
      filled(directory);
      harm(directory, place, how);
      const store = openStore(directory);
      expect(() => store.read()).not.toThrow();
      store.clearLeftOver();
      expect(mendOf(store)).toMatchObject({ problem: undefined, inForce: true });
      store.writeJournal(journal());
      expectWhole(store);
    }
  }
});

test("what was changed is named", () => {
  const store = filled(join(temporaryFolder(), "storage"));
  expect(mendOf(store).restored).toEqual([]);
  writeFileSync(store.effectivePath, `${target.config.text}# by hand\n`);
  expect(mendOf(store).restored).toEqual([store.effectivePath]);
  rmSync(join(store.directory, "journal.json"));
  expect(mendOf(store).restored).toEqual([join(store.directory, "journal.json")]);
});

test("a place that cannot be made right keeps no other from being", () => {
  const fails = (): boolean => {
    throw Object.assign(new Error("EIO"), { code: "EIO" });
  };
  const told = mendAll([
    { path: "/a", ensure: fails },
    { path: "/b", ensure: () => true },
    { path: "/c", inForce: true, ensure: () => false },
  ]);
  expect(told).toMatchObject({ restored: ["/b"], inForce: true });
  expect(told.problem).toContain("the disk of /a fails");
  expect(mendAll([{ path: "/a", inForce: true, ensure: fails }]).inForce).toBe(false);
});

test.skipIf(flags === undefined)(
  "on a full disk the file in force is made again of the generation itself",
  async () => {
    const disk = await mountSmallDisk(flags ?? [], temporaryFolder(), "128k");
    const store = filled(disk.path("storage"));
    rmSync(store.effectivePath);
    disk.fill();
    expect(mendOf(store)).toMatchObject({ restored: [store.effectivePath], inForce: true });
    expect(readFileSync(store.effectivePath, "utf8")).toBe(target.config.text);
    disk.clear();
    // A hand edit of the one is none of the other.
    writeFileSync(store.effectivePath, "by hand");
    mendOf(store);
    expectWhole(store);
  },
);
