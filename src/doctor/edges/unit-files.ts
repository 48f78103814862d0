import { join } from "node:path";
import { namesOrNothing, textOrNothing } from "../../files/read-if-there.ts";
import type { UnitFacts } from "../judge/judge-unit.ts";

/** Where systemd looks for units; the first one that has a unit wins. */
const unitFolders = [
  "etc/systemd/system",
  "run/systemd/system",
  "usr/local/lib/systemd/system",
  "usr/lib/systemd/system",
  "lib/systemd/system",
];

/** The units of systemd that run this program, with their drop-ins. `root` stands for `/` in tests. */
export function unitsOfOurs(root = "/"): readonly UnitFacts[] {
  const seen = new Map<string, UnitFacts | undefined>();
  for (const folder of unitFolders) {
    for (const name of namesOrNothing(join(root, folder)).toSorted()) {
      if (!name.endsWith(".service") || seen.has(name)) continue;
      seen.set(name, unitIn(root, folder, name));
    }
  }
  return [...seen.values()].filter((unit) => unit !== undefined);
}

/** Undefined for a unit that runs something else. */
function unitIn(root: string, folder: string, name: string): UnitFacts | undefined {
  const path = join(root, folder, name);
  const text = textOrNothing(path);
  if (!/^ExecStart=.*opampsupervisor/m.test(text)) return undefined;
  const dropIns = unitFolders.flatMap((each) => {
    const place = join(root, each, `${name}.d`);
    return namesOrNothing(place)
      .toSorted()
      .filter((file) => file.endsWith(".conf"))
      .map((file) => textOrNothing(join(place, file)));
  });
  const whole = [text, ...dropIns].join("\n");
  const values = new Map<string, string>();
  const starts: string[] = [];
  for (const [, key = "", value = ""] of whole.matchAll(
    /^[ \t]*(\w+)[ \t]*=[ \t]*(.*?)[ \t]*$/gm,
  )) {
    values.set(key === "TimeoutSec" ? "TimeoutStopSec" : key, value);
    if (key === "ExecStart") starts.push(value);
  }
  return { path, values, starts: starts.join("\n") };
}
