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
])("%s cannot be carried", (line, why) => {
  const found = carriedUnit("a.service", `[Service]\n${line}\n`);
  expect(found).toMatchObject({ is: "refused", why: expect.stringContaining(why) as string });
});

test("a percent sign that is meant as one is carried", () => {
  expect(carriedUnit("a.service", "[Service]\nEnvironment=A=5%%n\n").is).toBe("carried");
  expect(carriedUnit("a.service", "[Service]\nDynamicUser=no\n").is).toBe("carried");
});
