import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { initialState, type State } from "../../../src/supervisor/core/state/state.ts";
import {
  type ManagerLink,
  type ManagerOwner,
  openManagerLink,
} from "../../../src/supervisor/notify/notify-manager.ts";
import { type NotifySources, news } from "../../../src/supervisor/notify/notify-words.ts";
import { watchdogOf } from "../../../src/supervisor/notify/start-notify.ts";
import { uid } from "../../helpers/core/core-samples.ts";
import { eventually } from "../../helpers/e2e/daemon.ts";
import { keptLog } from "../../helpers/log-lines.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const started = initialState(uid);
const broken: State = { ...started, identity: { ...started.identity, problem: "no binary" } };

const sources: NotifySources = {
  ...{ begunAt: 0, health: () => undefined },
  ...{ server: () => "opamp.example.com", drainMs: () => 10_000 },
};

interface Rig {
  readonly link: ManagerLink;
  readonly lines: () => readonly (readonly string[])[];
  readonly complaints: () => number;
  readonly turns: () => number;
  readonly become: (state: State) => void;
  readonly folder: string;
}

/** A link with a program in the place of systemd-notify that notes what it is given, and where it is to go. */
function rig(
  watchdogMs: number | undefined,
  parts: { turns?: boolean; program?: string } = {},
): Rig {
  const folder = temporaryFolder();
  const program = join(folder, "systemd-notify");
  const noting = `#!/bin/sh\nprintf '%s|' "$NOTIFY_SOCKET" "$@" >> ${folder}/said\necho >> ${folder}/said\n`;
  writeFileSync(program, (parts.program ?? noting).replaceAll("FOLDER", folder));
  chmodSync(program, 0o755);
  const { log, lines: logged } = keptLog();
  let state = started;
  let turns = 0;
  const owner: ManagerOwner = {
    ...{ log, now: () => Math.floor(performance.now()) },
    news: (told) => news(told, state, Math.floor(performance.now()), sources),
    turn: () => {
      turns += 1;
      if (parts.turns !== false) link.settled();
    },
  };
  let link: ManagerLink = { settled: () => undefined } as ManagerLink;
  link = openManagerLink({ socket: "/run/notify", watchdogMs, searchPath: folder }, owner);
  onTestFinished(() => link.end());
  const said = join(folder, "said");
  return {
    ...{ link, folder },
    complaints: () => logged.all.length,
    turns: () => turns,
    lines: () =>
      existsSync(said)
        ? readFileSync(said, "utf8")
            .trimEnd()
            .split("\n")
            .map((line) => line.split("|").slice(0, -1))
        : [],
    become: (next) => {
      state = next;
      link.settled();
    },
  };
}

const has = ({ lines }: Rig, text: string): boolean => lines().some((line) => line.includes(text));

test("what is new is said at once, in the order in which it became so", async () => {
  const made = rig(undefined);
  made.become(broken);
  made.link.reloading();
  made.link.reloaded();
  const names = (): readonly string[] =>
    made.lines().flatMap((line) => line.slice(1).map((text) => text.split("=")[0] ?? ""));
  // One for the reload, one because the state has become so.
  await eventually(() => names().filter((name) => name === "READY").length === 2);
  expect(made.lines().every(([socket]) => socket === "/run/notify")).toBe(true);
  const reload = names().indexOf("RELOADING");
  expect(names().slice(reload, reload + 3)).toEqual(["RELOADING", "MONOTONIC_USEC", "READY"]);
});

test("a sign of life is given each time the loop has turned", async () => {
  const made = rig(40);
  await eventually(() => made.lines().filter((line) => line.includes("WATCHDOG=1")).length > 3);
  expect(made.turns()).toBeGreaterThan(3);
});

test("none is given while the loop does not turn", async () => {
  const made = rig(40, { turns: false });
  await eventually(() => made.turns() > 10);
  expect(has(made, "WATCHDOG=1")).toBe(false);
});

test("what could not be said is said again, as it is by then, and complained of once", async () => {
  const program =
    "#!/bin/sh\ntest -e FOLDER/works || { echo >> FOLDER/failed; exit 1; }\nprintf '%s|' x \"$@\" >> FOLDER/said\necho >> FOLDER/said\n";
  const made = rig(40, { program });
  const failures = (): number =>
    existsSync(join(made.folder, "failed"))
      ? readFileSync(join(made.folder, "failed"), "utf8").length
      : 0;
  await eventually(() => failures() > 2);
  expect(made.complaints()).toBe(1);
  made.become(broken);
  writeFileSync(join(made.folder, "works"), "");
  await eventually(() => has(made, "READY=1") && has(made, "WATCHDOG=1"));
});

test("without systemd-notify the log says so once, and nothing else happens", () => {
  const { log, lines } = keptLog();
  const owner: ManagerOwner = {
    ...{ log, now: () => 0, turn: () => undefined },
    news: (told) => news(told, started, 0, sources),
  };
  const address = { socket: "@notify", watchdogMs: 40, searchPath: temporaryFolder() };
  const link = openManagerLink(address, owner);
  link.settled();
  link.reloading();
  link.reloaded();
  link.end();
  expect(lines.all.map(({ fields }) => fields["reason"])).toEqual([
    "systemd-notify is not on the PATH",
  ]);
});

test.each<[Record<string, string>, number | undefined]>([
  [{}, undefined],
  [{ WATCHDOG_USEC: "60000000" }, 60_000],
  [{ WATCHDOG_USEC: "60000000", WATCHDOG_PID: "7" }, 60_000],
  [{ WATCHDOG_USEC: "60000000", WATCHDOG_PID: "8" }, undefined],
  [{ WATCHDOG_USEC: "0" }, undefined],
  [{ WATCHDOG_USEC: "soon" }, undefined],
])("signs of life are wanted as the variables say: %j", (variables, ms) => {
  expect(watchdogOf(new Map(Object.entries(variables)), 7)).toBe(ms);
});
