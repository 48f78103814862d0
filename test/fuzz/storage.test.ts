import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { withDelivered } from "../../src/supervisor/core/config/binary.ts";
import { record } from "../../src/supervisor/core/report/journal.ts";
import { initialState, type State, withConfig } from "../../src/supervisor/core/state/state.ts";
import { beginning } from "../../src/supervisor/inputs/first-state.ts";
import { createReadingNote } from "../../src/supervisor/store/reading-note.ts";
import { openStore } from "../../src/supervisor/store/store.ts";
import { baseLayer, binary, configText, remoteOf, uid } from "../helpers/core/core-samples.ts";
import { resumption } from "../helpers/core/resumption.ts";
import { packageOffer } from "../helpers/core/packages.ts";
import { createWorld } from "../helpers/core/world.ts";
import { fuzz } from "../helpers/fuzz/fuzz.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const machine = { machineId: "this-one", productId: "", instanceId: "" };

const local = { local: [baseLayer(configText("base"))] };

/** A life with offers of all kinds. */
function lived(): State {
  const world = createWorld(withConfig(initialState(uid), local));
  world.pass(1_000);
  for (const word of ["one", "two"]) {
    world.post({ on: "config-offered", remote: remoteOf(word) });
    world.pass(60_000);
  }
  world.post({ on: "packages-offered", offer: packageOffer("2.0") });
  world.pass(5_000);
  return world.state();
}

const before = lived();

function leave(directory: string): void {
  const store = openStore(directory);
  const { target, good, previous } = before.config;
  for (const each of [previous, good, target]) if (each !== undefined) store.keep(each);
  if (target !== undefined) store.publish(target);
  store.writeJournal(record(before));
  store.writeJournal(record(before));
  writeFileSync(join(directory, "machine.json"), JSON.stringify(machine));
  writeFileSync(join(directory, "reading.json"), JSON.stringify({ digest: "ab", times: 1 }));
}

const places = [
  ...["journal.json", "journal.json", "journal.previous.json", "effective.yaml", "machine.json"],
  ...["reading.json", "generations", "generations/000001.yaml", "generations/000002.yaml"],
  ...["generations/000003.yaml", "persistent_state.yaml", "last_recv_remote_config.dat"],
];

const place = fc.constantFrom(...places);
/** Values that JSON may have where others are expected. */
const strange = fc.constantFrom<unknown>(
  ...[null, 0, -1, 1e300, "", "x", "__proto__", true, [], {}, [null], { number: null }],
);
const harm = fc.oneof(
  fc.record({ do: fc.constantFrom("remove", "empty", "huge", "directory"), place }),
  fc.record({ do: fc.constant("swap"), place, other: place }),
  fc.record({ do: fc.constant("cut"), place, at: fc.nat({ max: 4_000 }) }),
  fc.record({
    do: fc.constant("bytes"),
    place,
    at: fc.nat(),
    bytes: fc.uint8Array({ maxLength: 8 }),
  }),
  fc.record({ do: fc.constant("garbage"), place, text: fc.oneof(fc.json(), fc.string()) }),
  fc.record({
    do: fc.constant("value"),
    place: fc.constantFrom("journal.json", "machine.json", "reading.json"),
    at: fc.nat(),
    value: strange,
  }),
);
type Harm = typeof harm extends fc.Arbitrary<infer T> ? T : never;

function apply(directory: string, each: Harm): void {
  const path = join(directory, each.place);
  // Another harm has made a file of the directory.
  if (statSync(dirname(path), { throwIfNoEntry: false })?.isFile() === true) return;
  const was = existsSync(path) && each.place !== "generations" ? readBytes(path) : Buffer.from("");
  if ("value" in each) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
    writeFileSync(path, withValue(was.toString(), each.at, each.value));
    return;
  }
  if ("other" in each) {
    const other = join(directory, each.other);
    if (each.other === each.place || ![path, other].every((one) => existsSync(one))) return;
    if (path.startsWith(other) || other.startsWith(path)) return;
    renameSync(path, `${path}.swap`);
    renameSync(other, path);
    renameSync(`${path}.swap`, other);
    return;
  }
  rmSync(path, { recursive: true, force: true });
  if (each.do === "remove") return;
  mkdirSync(dirname(path), { recursive: true });
  if (each.do === "directory") mkdirSync(join(path, "deep"), { recursive: true });
  else if ("text" in each) writeFileSync(path, each.text);
  else if ("bytes" in each) {
    const at = each.at % (was.length + 1);
    const rest = was.subarray(at + each.bytes.length);
    writeFileSync(path, Buffer.concat([was.subarray(0, at), each.bytes, rest]));
  } else if ("at" in each) writeFileSync(path, was.subarray(0, each.at));
  else writeFileSync(path, "");
  if (each.do === "huge") truncateSync(path, 2 ** 33);
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    // Another harm has made a directory of it, or a file larger than can be read.
    return Buffer.from("");
  }
}

/** One value of a JSON text is another one; a checksum that fitted fits again, as in a journal of another version. */
function withValue(text: string, at: number, value: unknown): string {
  try {
    const whole = JSON.parse(text) as { journal?: unknown; sha256?: string };
    const root = whole.journal ?? whole;
    const spots = spotsIn(root);
    const spot = spots[at % spots.length];
    if (spot !== undefined) spot.within[spot.key] = value;
    if (whole.journal === undefined) return JSON.stringify(whole);
    const journal = JSON.stringify(root);
    const sha256 = createHash("sha256").update(journal).digest("hex");
    return `{"sha256":"${sha256}","journal":${journal}}`;
  } catch {
    // Another harm was there before.
    return text;
  }
}

interface Spot {
  readonly within: Record<string, unknown>;
  readonly key: string;
}

/** What lies deeper in a journal with the right checksum nobody but us has written. */
function spotsIn(value: unknown): readonly Spot[] {
  if (typeof value !== "object" || value === null) return [];
  const within = value as Record<string, unknown>;
  return Object.keys(within).map((key) => ({ within, key }));
}

test("whatever is done to the files in the storage directory, a start has its agent, and tells no wrong status", async () => {
  await fuzz(
    "storage",
    fc.tuple(
      fc.array(harm, { minLength: 1, maxLength: 4 }),
      // Whether the collector that a server has delivered is still there.
      fc.constantFrom(undefined, binary),
    ),
    ([harms, facts]) => {
      const directory = temporaryFolder();
      try {
        leave(directory);
        for (const each of harms) apply(directory, each);
        createReadingNote(join(directory, "reading.json"));
        const store = openStore(directory);
        const { state, notes } = beginning(
          store.read(),
          undefined,
          directory,
          machine,
          resumption(),
        );
        expect(state.identity.uid).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        const { verdict, good } = state.config;
        if (verdict.is === "applied") expect(good?.remote?.hash).toBe(verdict.hash);
        if (state.identity.uid !== uid) {
          expect(notes.length + Number(!harms.some(({ do: how }) => how !== "remove"))).not.toBe(0);
        }
        store.writeJournal(record(state));
        const world = createWorld(withDelivered(withConfig(state, local), () => facts));
        world.pass(100_000);
        // This world has not fetched the package that lies there.
        expect(world.violations.filter((each) => !each.includes("was removed"))).toEqual([]);
        expect(world.state().agent.process.at).toBe("up");
        store.writeJournal(record(world.state()));
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    },
    20,
  );
});
