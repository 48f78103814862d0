import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unitDropIn, type UnitFacts } from "../../../src/policy/kernel/unit.ts";
import { rulesOf } from "../../helpers/core/rules.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const nothing: UnitFacts = { rules: rulesOf({}), writable: [], hidden: [], hosts: [] };

function linesOf(facts: Partial<UnitFacts>): readonly string[] {
  const without = new Set(unitDropIn(nothing).split("\n"));
  return unitDropIn({ ...nothing, ...facts })
    .split("\n")
    .filter((line) => !without.has(line));
}

test("files that are allowed may be written, denied ones are not there, our own are read only", () => {
  const rules = rulesOf(
    { file_paths: { allow: ["/var/log/**", "/data/*/x"], deny: ["/var/log/private", "/a*"] } },
    ["/var/log/own.yaml", "/etc/sup/supervisor.yaml", "/state/x"],
  );
  expect(linesOf({ rules, writable: ["/state"], hidden: ["/hidden"] })).toEqual([
    "ReadWritePaths=/state",
    "ReadWritePaths=-/var/log",
    "ReadWritePaths=-/data",
    "ReadOnlyPaths=-/var/log/own.yaml",
    "ReadOnlyPaths=-/state/x",
    "InaccessiblePaths=-/var/log/private",
    "InaccessiblePaths=-/hidden",
    "# file_paths.deny: not hidden: /a*",
  ]);
});

test("an entry that would open everything opens nothing", () => {
  const rules = rulesOf({ file_paths: { allow: ["/", "/**", "/*/x", "${env:X}"] } });
  expect(linesOf({ rules })).toEqual([
    "# file_paths.allow: nothing is made writable for /, /**, /*/x, ${env:X}",
  ]);
});

test("addresses are allowed where the policy says all of them", () => {
  const exporter_hosts = { allow: ["10.0.0.0/8", "[::1]:4317", "fd00::/8", "192.168.1.2:1"] };
  const all = rulesOf({ exporter_hosts, listen: { allow: ["localhost:4317"] } });
  expect(linesOf({ rules: all, hosts: ["127.0.0.1:4320"] })).toEqual([
    "IPAddressDeny=any",
    "IPAddressAllow=localhost 10.0.0.0/8 fd00:0:0:0:0:0:0:0/8 192.168.1.2",
  ]);
});

test.each([
  ["a name", { exporter_hosts: { allow: ["*.example.com"] }, listen: { allow: [] } }, []],
  ["a name of the server", { exporter_hosts: { allow: [] }, listen: { allow: [] } }, ["a.b:443"]],
  [
    "open receivers",
    { exporter_hosts: { allow: ["10.0.0.1"] }, listen: { allow: ["0.0.0.0"] } },
    [],
  ],
  ["receivers nobody restricts", { exporter_hosts: { allow: ["10.0.0.1"] } }, []],
  ["built-in addresses", { exporter_hosts: { allow: ["built-in"] }, listen: { allow: [] } }, []],
])("with %s the list of addresses is left out and the reason told", (_, limits, hosts) => {
  const [line = "", ...rest] = linesOf({ rules: rulesOf(limits), hosts });
  expect(line).toMatch(/^# IPAddressAllow is left out: /);
  expect(rest).toEqual([]);
});

test("denied addresses are denied, names cannot be", () => {
  const rules = rulesOf({ exporter_hosts: { deny: ["169.254.169.254", "evil.net"] } });
  expect(linesOf({ rules })).toEqual([
    "IPAddressDeny=169.254.169.254",
    "# exporter_hosts.deny: names cannot be denied here: evil.net",
  ]);
});

test("no text of a policy writes a line of its own", () => {
  const rules = rulesOf({
    file_paths: { allow: ["/a\nUser=root", '/b "c" %h'], deny: ["/x\nUser=x/*"] },
  });
  expect(linesOf({ rules })).toEqual([
    'ReadWritePaths=-"/a User=root"',
    'ReadWritePaths=-"/b \\"c\\" %%h"',
    "# file_paths.deny: not hidden: /x User=x/*",
  ]);
});

const hasSystemd = ((): boolean => {
  try {
    execFileSync("systemd-analyze", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.runIf(hasSystemd)("systemd reads every line that is printed", () => {
  const rules = rulesOf({
    exporter_hosts: { allow: ["10.0.0.0/8", "::1", "fd00::/8"], deny: ["10.0.0.1"] },
    file_paths: { allow: ["/var/log/**", '/b "c" %h'], deny: ["/root"] },
    listen: { allow: ["localhost"] },
  });
  const file = join(temporaryFolder(), "checked.service");
  const facts = { rules, writable: ["/var/lib/x y"], hidden: ["/home"], hosts: [] };
  const service = unitDropIn(facts).replace("[Service]", "[Service]\nExecStart=/bin/true");
  writeFileSync(file, service);
  const verify = (): string =>
    execFileSync("bash", ["-c", 'systemd-analyze verify --man=no "$1" 2>&1 || true', "-", file], {
      encoding: "utf8",
    });
  const complaints = (): readonly string[] =>
    verify()
      .split("\n")
      .filter((line) => line.includes(file));
  expect(complaints()).toEqual([]);
  // It does complain where there is a reason.
  writeFileSync(file, service.replace("IPAddressDeny=any", "IPAddressDeny=evil"));
  expect(complaints()).not.toEqual([]);
});
