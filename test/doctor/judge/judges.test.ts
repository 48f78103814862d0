import { expect, test } from "vitest";
import { wantsOf } from "../../../src/doctor/judge/config-wants.ts";
import { apart, type Finding, shown } from "../../../src/doctor/judge/finding.ts";
import { judgeAttach } from "../../../src/doctor/judge/judge-attach.ts";
import { judgeMemory, type LimiterFacts } from "../../../src/doctor/judge/judge-memory.ts";
import { judgePorts, type PortHolderFacts } from "../../../src/doctor/judge/judge-ports.ts";
import { judgeRights, type NeedFacts } from "../../../src/doctor/judge/judge-rights.ts";
import { judgeStorage } from "../../../src/doctor/judge/judge-storage.ts";
import { judgeUnits } from "../../../src/doctor/judge/judge-unit.ts";
import { matching } from "../../../src/doctor/judge/matching.ts";

const brief = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ check, grade }) => `${check} ${grade}`);

const gibibyte = 1024 ** 3;
const good = {
  directory: "/s",
  exists: true,
  ownerUid: 5,
  mode: 0o40700,
  freeBytes: gibibyte,
  freeFiles: 9_999,
  kind: 0xef53,
};
const otel = { uid: 5, name: "otel", supervisor: undefined, nameOf: (uid: number) => `u${uid}` };

test.each([
  ["a good one", {}, {}, ["storage.room ok"]],
  ["little room", { freeBytes: 20 * 1024 ** 2 }, {}, ["storage.room warning"]],
  ["no room", { freeBytes: 4096 }, {}, ["storage.room problem"]],
  ["no room for files", { freeFiles: 3 }, {}, ["storage.room problem"]],
  ["files without a limit", { freeFiles: undefined }, {}, ["storage.room ok"]],
  [
    "a file system in memory",
    { kind: 0x01021994 },
    {},
    ["storage.room ok", "storage.kind warning"],
  ],
  ["one of another machine", { kind: 0x6969 }, {}, ["storage.room ok", "storage.kind warning"]],
  ["that of a container", { kind: 0x794c7630 }, {}, ["storage.room ok", "storage.kind warning"]],
  ["open to others", { mode: 0o40755 }, {}, ["storage.room ok", "storage.rights warning"]],
  ["another user's", { ownerUid: 7 }, {}, ["storage.room ok", "user warning"]],
  ["another user's that is not there", { ownerUid: 0, exists: false }, {}, ["storage.room ok"]],
  [
    "a supervisor of another user",
    {},
    { supervisor: { pid: 3, uid: 8 } },
    ["storage.room ok", "user warning"],
  ],
  ["a supervisor of the same user", {}, { supervisor: { pid: 3, uid: 5 } }, ["storage.room ok"]],
])("storage: %s", (_, facts, people, expected) => {
  expect(brief(judgeStorage({ ...good, ...facts }, { ...otel, ...people }))).toEqual(expected);
});

const stranger: PortHolderFacts = { is: "stranger", pid: 7, name: "nginx" };
test.each([
  [{ is: "nobody" }, false, "ok"],
  [{ is: "nobody" }, true, "warning"],
  [{ is: "unseen" }, true, "warning"],
  [{ is: "agent", pid: 7, name: "otelcol" }, true, "ok"],
  [stranger, true, "problem"],
  [stranger, false, "problem"],
] as const)("ports: %o, an agent runs: %s", (holder, runs, grade) => {
  const findings = judgePorts([{ what: "x", key: "k", port: 13133, holder }], runs);
  expect(brief(findings)).toEqual([`ports ${grade}`]);
});

const limiter = (more: Partial<LimiterFacts>): LimiterFacts => ({
  id: "memory_limiter",
  limitBytes: undefined,
  percentage: undefined,
  pipelines: 1,
  ...more,
});
test.each([
  ["nothing at all", undefined, [], ["warning"]],
  ["a group alone", gibibyte, [], ["warning"]],
  ["a share of a group", gibibyte, [limiter({ percentage: 80 })], ["ok"]],
  ["less than the group", gibibyte, [limiter({ limitBytes: gibibyte / 2 })], ["ok"]],
  ["nearly the group", gibibyte, [limiter({ limitBytes: gibibyte * 0.97 })], ["warning"]],
  ["more than the group", gibibyte, [limiter({ limitBytes: 2 * gibibyte })], ["problem"]],
  ["more than the machine", undefined, [limiter({ limitBytes: 32 * gibibyte })], ["problem"]],
  [
    "one in no pipeline",
    undefined,
    [limiter({ percentage: 80, pipelines: 0 })],
    ["warning", "warning"],
  ],
])("memory: %s", (_, limitBytes, limiters, grades) => {
  const facts = { limitBytes, limitBy: "memory.max", machineBytes: 16 * gibibyte, limiters };
  expect(judgeMemory(facts).map(({ grade }) => grade)).toEqual(grades);
});

test("rights: the group that helps is named, that of root never, and what is missing stops nothing", () => {
  const need: NeedFacts = {
    component: "receivers.filelog",
    verb: "reads",
    named: "/var/log/*",
    found: [],
  };
  const one = { path: "/var/log/a", is: "refused", group: "adm", groupMay: true, why: "" } as const;
  const commands = (found: NeedFacts["found"]): readonly (string | undefined)[] =>
    judgeRights([{ ...need, found }], "otel").map(({ grade, command }) => command ?? grade);
  expect(commands([one])).toEqual(["sudo usermod -aG adm otel"]);
  expect(commands([{ ...one, group: "root" }])).toEqual(["sudo setfacl -m u:otel:rX /var/log/a"]);
  expect(commands([{ ...one, is: "missing" }])).toEqual(["warning"]);
  expect(commands([])).toEqual(["warning"]);
  expect(commands([{ ...one, is: "open" }])).toEqual(["ok"]);
  expect(judgeRights([{ ...need, lacksProgram: "journalctl" }], "otel")[0]?.grade).toBe("problem");
});

const unit = (
  values: Readonly<Record<string, string>>,
  starts = "opampsupervisor --config /etc/s.yaml",
) => ({ path: "/etc/systemd/system/o.service", values: new Map(Object.entries(values)), starts });
const wishes = {
  file: "/etc/s.yaml",
  leftover: "stop",
  attached: false,
  user: "otel",
  tooShort: [],
} as const;
const usual = { Restart: "always", User: "otel" };
test.each([
  ["one that fits", [unit(usual)], wishes, ["unit ok"]],
  ["none", [], wishes, ["unit ok"]],
  ["no restart", [unit({ User: "otel" })], wishes, ["unit.restart warning"]],
  [
    "adopt, and all is killed",
    [unit(usual)],
    { ...wishes, leftover: "adopt" as const },
    ["unit.kill_mode warning"],
  ],
  [
    "adopt with its mode",
    [unit({ ...usual, KillMode: "process" })],
    { ...wishes, leftover: "adopt" as const },
    ["unit ok"],
  ],
  ["another user", [unit({ Restart: "always" })], wishes, ["user warning"]],
  ["a user of its own", [unit({ Restart: "always", DynamicUser: "yes" })], wishes, ["unit ok"]],
  [
    "another file",
    [unit(usual, "opampsupervisor --config /x.yaml")],
    wishes,
    ["unit.config warning"],
  ],
  [
    "too little time",
    [unit(usual)],
    { ...wishes, tooShort: ["a: raise it"] },
    ["unit.stop warning"],
  ],
])("unit: %s", (_, units, of, expected) => {
  expect(brief(judgeUnits(units, of, undefined))).toEqual(expected);
});

test("attach: the process that is taken, and each that is not with its reason", () => {
  const facts = {
    find: "process",
    executable: "otelcol",
    configPath: "/c",
    missing: undefined,
    maySignal: true,
  } as const;
  const taken = { pid: 3, program: "/bin/otelcol", configs: [], verdict: { is: "taken" } } as const;
  const other = {
    pid: 4,
    program: "/bin/otelcol-contrib",
    configs: ["/d"],
    verdict: { is: "passed-over", why: "its program is otelcol-contrib" },
  } as const;
  expect(brief(judgeAttach({ ...facts, candidates: [taken, other] }))).toEqual([
    "attach ok",
    "attach.others warning",
  ]);
  expect(brief(judgeAttach({ ...facts, candidates: [taken], maySignal: false }))).toEqual([
    "attach problem",
  ]);
  expect(brief(judgeAttach({ ...facts, missing: "none is seen", candidates: [] }))).toEqual([
    "attach problem",
  ]);
  expect(brief(judgeAttach({ ...facts, find: "health", candidates: [] }))).toEqual(["attach ok"]);
});

const text = `
receivers:
  otlp: {protocols: {grpc: , http: {endpoint: "0.0.0.0:9318"}}}
  otlp/unused: {protocols: {grpc: {endpoint: "x:1"}}}
  file_log/app: {include: [/var/log/app/*.log, relative.log]}
  journald: {directory: /j}
  hostmetrics: {root_path: /hostfs, scrapers: {process: }}
  docker_stats:
processors: {memory_limiter: {limit_mib: "\${env:LIMIT}"}, memory_limiter/b: {limit_percentage: 70}}
extensions: {file_storage: {directory: /fs}}
service:
  extensions: [file_storage]
  pipelines:
    logs: {receivers: [otlp, file_log/app, journald], processors: [memory_limiter]}
    metrics: {receivers: [hostmetrics, docker_stats]}
`;

test("what a configuration wants of the machine is read out of it, of what is used alone", () => {
  const wants = wantsOf(text, new Map([["LIMIT", "512"]]));
  expect(wants?.ports.map(({ port }) => port)).toEqual([4317, 9318]);
  expect(wants?.files.map(({ component, patterns }) => `${component} ${patterns.join()}`)).toEqual([
    "receivers.file_log/app /var/log/app/*.log",
    "receivers.file_log/app ",
    "receivers.journald /j/*/system.journal",
    "receivers.hostmetrics /hostfs/proc/stat,/hostfs/proc/1/io",
    "receivers.docker_stats /var/run/docker.sock",
    "extensions.file_storage /fs",
  ]);
  expect(
    wants?.limiters.map(({ limitBytes, percentage, pipelines }) => [
      limitBytes,
      percentage,
      pipelines,
    ]),
  ).toEqual([
    [512 * 1024 ** 2, undefined, 1],
    [undefined, 70, 0],
  ]);
});

test.each([
  "",
  "a: [",
  "- 1",
  "receivers: 3\nservice: {pipelines: 4, extensions: x}",
  "service: {pipelines: {a: }}",
])("a configuration that is none wants nothing: %j", (broken) => {
  const { ports, files, limiters } = wantsOf(broken, new Map()) ?? {
    ports: [],
    files: [],
    limiters: [],
  };
  expect([...ports, ...files, ...limiters]).toEqual([]);
});

test.each([
  ["*.log", "a.log", true],
  ["*.log", "a.log.1", false],
  ["a?c", "abc", true],
  ["[!a]*", "abc", false],
  ["{a,b*}.log", "bcd.log", true],
  ["a.b", "axb", false],
  ["[z-a]", "x", false],
])("pattern %s and %s", (pattern, name, expected) => {
  expect(matching(pattern, name)).toBe(expected);
});

test("a sentence is taken apart where it turns to what to do", () => {
  expect(apart("x failed: nothing listens: check host (ECONNREFUSED)", "-")).toEqual({
    found: "x failed: nothing listens (ECONNREFUSED)",
    advice: "check host",
  });
  expect(apart("x failed: that is all", "look")).toEqual({
    found: "x failed: that is all",
    advice: "look",
  });
});

test("no secret and no control character is shown", () => {
  const finding = shown({
    check: "x",
    grade: "ok",
    found: "a\u001b[31m\nb Bearer abcdefghijk",
    advice: "password=geheim",
  });
  expect(finding.found).toBe("a [31m b Bearer [redacted]");
  expect(finding.advice).toBe("password=[redacted]");
});
