import fc from "fast-check";
import { expect, test } from "vitest";
import { carriedUnit } from "../../../src/cli/unit/carried-unit.ts";
import { unitText } from "../../helpers/systems/systemd-machine.ts";

const printed = `# /usr/lib/systemd/system/otelcol-contrib.service
[Unit]
Description=OpenTelemetry Collector Contrib
[Service]
EnvironmentFile=/etc/otelcol-contrib/otelcol-contrib.conf
ExecStart=/usr/bin/otelcol-contrib \\
  $OTELCOL_OPTIONS
KillMode=mixed
Restart=on-failure
User=otelcol-contrib
Group = otelcol-contrib
MemoryDenyWriteExecute=yes
ExecStartPre=/bin/true
[Install]
WantedBy=multi-user.target
# /etc/systemd/system/otelcol-contrib.service.d/a.conf
[Service]
Environment="A=b c"
MemoryMax=1G
ProtectSystem=full
`;

test("who it is, what it gets and what it may goes with the collector, in its order", () => {
  const found = carriedUnit("otelcol-contrib.service", printed);
  if (found.is === "refused") throw new Error(found.why);
  const [, kept = ""] = found.dropIn.split("# From otelcol-contrib.service:\n");
  expect(kept.trim().split("\n")).toEqual([
    "EnvironmentFile=/etc/otelcol-contrib/otelcol-contrib.conf",
    "User=otelcol-contrib",
    "Group=otelcol-contrib",
    'Environment="A=b c"',
    "MemoryMax=1G",
    "ProtectSystem=full",
  ]);
  // The first would end Node, the second would run before the supervisor.
  expect(found.leftOut).toEqual(["MemoryDenyWriteExecute=yes", "ExecStartPre=/bin/true"]);
});

test("every line by which our unit is closed is taken back first", () => {
  const found = carriedUnit("a.service", "[Service]\nExecStart=/bin/a\n");
  if (found.is === "refused") throw new Error(found.why);
  const closing =
    /^(NoNew|Capability|Protect|Private|Restrict|Lock|Remove|System|Temporary)\w*(?==)/;
  const names = unitText()
    .split("\n")
    .flatMap((line) => closing.exec(line)?.[0] ?? []);
  expect(names.length).toBeGreaterThan(15);
  for (const name of names) expect(found.dropIn).toContain(`\n${name}=`);
});

test.each([
  ["DynamicUser=yes", "DynamicUser=yes cannot be taken over"],
  ["RootDirectory=/srv", "RootDirectory=/srv cannot"],
  ["Environment=NAME=%i", "another thing in another unit"],
  ["Environment=NAME=%y", "another thing in another unit"],
])("%s cannot be carried", (line, why) => {
  const found = carriedUnit("a.service", `[Service]\n${line}\n`);
  expect(found).toMatchObject({ is: "refused", why: expect.stringContaining(why) as string });
});

test("a percent sign that is meant as one is carried", () => {
  expect(carriedUnit("a.service", "[Service]\nEnvironment=A=5%%n\n").is).toBe("carried");
  expect(carriedUnit("a.service", "[Service]\nDynamicUser=no\n").is).toBe("carried");
});

function kept(printed: string): readonly string[] {
  const found = carriedUnit("a.service", printed);
  if (found.is === "refused") throw new Error(found.why);
  return (found.dropIn.split("# From a.service:\n")[1] ?? "").split("\n").slice(0, -1);
}

test.each([
  ["a comment goes on in no other line", "# why \\\nUser=a\n", ["User=a"]],
  ["a comment is no part of the line around it", "User=\\\n; why\na\n", ["User=a"]],
  [
    "two backslashes are one, and no end",
    "Environment=A=b\\\\\nUser=a\n",
    ["Environment=A=b\\\\", "User=a"],
  ],
  ["a last line may be open", "User=a\\", ["User=a"]],
  ["a line separator ends nothing", "Environment=A=b\u2028c\n", ["Environment=A=b\u2028c"]],
])("lines are read as systemd reads them: %s", (_what, lines, expected) => {
  expect(kept(`[Service]\n${lines}`)).toEqual(expected);
});

test("however a unit is written: what is carried says the same", () => {
  const word = fc.stringMatching(/^[a-z"'$\\{}=]{1,6}$/).filter((text) => !text.includes("\\"));
  const entry = fc.record({
    key: fc.constantFrom("User", "Environment", "MemoryMax", "ExecStart", "Restart", "Unheard"),
    words: fc.array(word, { maxLength: 4 }),
    between: fc.constantFrom(" ", " \\\n", " \\\n# why\n  ", " \\\n; why \\\n\t"),
    before: fc.constantFrom("", "\n", "# User=root\n", "; User=root \\\n", "  "),
    equals: fc.constantFrom("=", " = ", "= "),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
      const lines = entries.map(
        ({ key, words, between, before, equals }) =>
          `${before}${key}${equals}${words.join(between)}\n`,
      );
      const wanted = entries
        .filter(({ key }) => ["User", "Environment", "MemoryMax"].includes(key))
        .map(({ key, words }) => `${key}=${words.join(" ")}`);
      const found = kept(`[Unit]\nUser=root\n[Service]\n${lines.join("")}[Install]\nUser=root\n`);
      expect(found.map((line) => line.replaceAll(/\s+/g, " ").trim())).toEqual(wanted);
    }),
    { numRuns: 300, interruptAfterTimeLimit: 3_000 },
  );
});
