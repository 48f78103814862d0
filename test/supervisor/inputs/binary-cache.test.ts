import {
  writeFileSync,
  chmodSync,
  utimesSync,
  renameSync,
  statSync,
  readdirSync,
  readFileSync,
  rmSync,
  linkSync,
} from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import {
  askForFacts,
  cachedFacts,
  assumedFacts,
} from "../../../src/supervisor/inputs/binary-cache.ts";
import { report } from "../../../src/supervisor/core/report/full-report.ts";
import type { BinaryFacts } from "../../../src/agent-config/config.ts";
import { initialState } from "../../../src/supervisor/core/state/state.ts";
import { agentEnv } from "../../helpers/agent/agents.ts";
import { uid } from "../../helpers/core/core-samples.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface Rig {
  readonly folder: string;
  readonly executable: string;
  readonly cachePath: string;
  /** Puts a collector of a version in place; size and time tell nothing of it. */
  readonly install: (version: string) => void;
  readonly ask: () => Promise<BinaryFacts>;
  readonly cached: () => BinaryFacts | undefined;
}

/** Another file under the same name, as package managers do it. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  chmodSync(`${path}.new`, 0o755);
  utimesSync(`${path}.new`, 1_000_000, 1_000_000);
  renameSync(`${path}.new`, path);
}

function rig(): Rig {
  const folder = temporaryFolder();
  const executable = join(folder, "otelcol");
  const cachePath = join(folder, "binary.json");
  const install = (version: string): void => {
    const answer = `echo 'buildinfo: {command: otelcol, version: ${version}}'; echo 'receivers: [nop]'`;
    replace(executable, `#!/bin/sh\n[ "$1" = components ] || exit 1\n${answer}\n`);
  };
  install("0.149.0");
  return {
    folder,
    executable,
    cachePath,
    install,
    ask: () => askForFacts(executable, agentEnv, cachePath, join(folder, "scratch.yaml")),
    cached: () => cachedFacts(executable, cachePath),
  };
}

test("what the binary said once is known at the next start without asking it", async () => {
  const { ask, cached, install, executable, cachePath } = rig();
  expect(cached()).toBeUndefined();
  const facts = await ask();
  expect(facts).toMatchObject({ name: "otelcol", version: "0.149.0" });
  expect(cached()).toEqual(facts);
  install("0.150.0");
  expect(cachedFacts(executable, cachePath)).toBeUndefined();
});

test("the answers are kept for the owner only, and nothing else is left", async () => {
  const { ask, cachePath, folder } = rig();
  await ask();
  expect(statSync(cachePath).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(["binary.json", "otelcol"]);
});

test("what was not answered because of the moment is asked again by the next start", async () => {
  const { ask, cached, executable } = rig();
  replace(executable, "#!/bin/sh\nkill -9 $$\n");
  expect(await ask()).toMatchObject({ name: "otelcol", knownBy: "file" });
  expect(cached()).toBeUndefined();
});

test("a binary that never answers holds up one start for long, and those after it for seconds", async () => {
  const { ask, cached, executable, folder } = rig();
  const seen = join(folder, "seen");
  replace(executable, `#!/bin/sh\n[ -e ${seen} ] && exec sleep 1000\nkill -9 $$\n`);
  await ask();
  writeFileSync(seen, "");
  expect(await ask()).toMatchObject({ name: "otelcol", knownBy: "file" });
  expect(cached()).toBeUndefined();
  rmSync(seen);
}, 18_000);

test("an AWS distribution that cannot be asked is known to have no nop", () => {
  expect(assumedFacts("aws-otel-collector")).toMatchObject({ hasNop: false, hasFilelog: true });
  expect(assumedFacts("awscollector"), "its image's program").toMatchObject({ hasNop: false });
  expect(assumedFacts("otelcol")).toMatchObject({ hasNop: true });
});

test("a binary that was replaced is asked anew, and its answers are kept instead", async () => {
  const { ask, cached, install } = rig();
  await ask();
  install("0.150.0");
  expect(cached()).toBeUndefined();
  expect(await ask()).toMatchObject({ version: "0.150.0" });
  expect(cached()).toMatchObject({ version: "0.150.0" });
});

test.each<[string, (rig: Rig) => void]>([
  [
    "written in place",
    ({ executable }) => writeFileSync(executable, `${readFileSync(executable, "utf8")}# longer\n`),
  ],
  ["touched", ({ executable }) => utimesSync(executable, 1_000, 1_000)],
  [
    "another file with the same text",
    ({ executable }) => replace(executable, readFileSync(executable, "utf8")),
  ],
  ["gone", ({ executable }) => rmSync(executable)],
])("what was kept does not count for a binary that is %s", async (_name, change) => {
  const one = rig();
  await one.ask();
  change(one);
  expect(one.cached()).toBeUndefined();
});

test("the answers of one binary are not those of another path", async () => {
  const { ask, executable, cachePath, folder } = rig();
  await ask();
  const other = join(folder, "other");
  linkSync(executable, other);
  expect(cachedFacts(other, cachePath)).toBeUndefined();
});

test.each(["", "{", "null", "{}", '{"key":1,"answers":{}}'])(
  "a cache that holds %j is as good as none",
  (text) => {
    const { cached, cachePath } = rig();
    writeFileSync(cachePath, text);
    expect(cached()).toBeUndefined();
  },
);

test("a cache with the right key and damaged answers is as good as none", async () => {
  const { ask, cached, cachePath } = rig();
  await ask();
  const { key } = JSON.parse(readFileSync(cachePath, "utf8")) as { key: string };
  for (const complete of [true, false]) {
    writeFileSync(cachePath, JSON.stringify({ key, answers: { name: "otelcol", complete } }));
    expect(cached()).toBeUndefined();
  }
});

test("a binary that cannot be asked leaves the earlier answers where they are", async () => {
  const { ask, executable, cachePath } = rig();
  await ask();
  const before = readFileSync(cachePath, "utf8");
  writeFileSync(executable, "#!/bin/sh\necho no collector >&2\nexit 2\n");
  await expect(ask()).rejects.toThrow("no collector");
  expect(readFileSync(cachePath, "utf8")).toBe(before);
  rmSync(executable);
  await expect(ask()).rejects.toThrow(executable);
});

test("of a binary that is out of reach neither version nor components are claimed", () => {
  const facts = assumedFacts("otelcol");
  expect(facts).toMatchObject({ name: "otelcol", version: "", validates: false });
  const state = {
    ...initialState(uid),
    identity: { ...initialState(uid).identity, binary: facts },
  };
  const told = report(state, {
    capabilities: 0n,
    startsAgent: true,
    fallbackName: "",
    host: new Map(),
    identifying: new Map(),
    nonIdentifying: new Map(),
  });
  expect(told.availableComponents).toBeUndefined();
  const keys = told.agentDescription?.identifyingAttributes?.map(({ key }) => key);
  expect(keys).toEqual(["service.instance.id", "service.name"]);
});
