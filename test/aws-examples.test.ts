import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./helpers/temporary-folder.ts";
import { resourcesOf } from "./helpers/systems/cloud-formation.ts";
import { brief, createFolder, settingsOf } from "./supervisor/settings/fixture-folder.ts";

const folder = join(import.meta.dirname, "../packaging/aws");
const script = join(folder, "user-data.sh");
const given = {
  OPAMP_ENDPOINT: "wss://opamp.example.com/v1/opamp",
  OPAMP_RELEASE: "s3://fleet/release",
  OPAMP_VERSION: "0.1.0",
  OPAMP_AUTHORIZATION: "ssm:/opamp/authorization",
  COLLECTOR_CONFIG: "s3://fleet/collector.yaml",
  COLLECTOR_VERSION: "v0.47.0",
};

const collector = "/opt/aws/aws-otel-collector/bin/aws-otel-collector";

/** What stands in place of the programs of a host: each notes how it was called. */
const programs = {
  uname: "echo x86_64",
  dnf: 'note dnf "$@"; collector "$@"',
  "apt-get": 'note apt-get "$@"; collector "$@"',
  // A package is installed once its manager was called for it.
  rpm: 'for name; do :; done; if grep -q "$name" "$CALLS"; then [ "$name" = opampsupervisor ] && printf 0.1.0 || printf v0.47.0; else exit 1; fi',
  "dpkg-query": 'exec rpm "$@"',
  chgrp: 'note chgrp "$1"',
  journalctl: "echo the words of the unit",
  aws: 'note aws "$4"; serve "$4" "$5"',
  curl: 'for address; do :; done; note curl "$address"; while [ "$1" != -o ]; do shift; done; serve "$address" "$2"',
  systemctl:
    'case "$1" in is-active) test -e "$CALLS.active";; start) [ ! -e "$CALLS.broken" ] || exit 1; touch "$CALLS.active"; note systemctl "$@";; *) note systemctl "$@";; esac',
};

/** A host that has nothing yet. `without`: programs that it lacks. */
function bareHost(without: readonly string[] = ["apt-get"]) {
  const root = temporaryFolder();
  const bin = join(root, "stubs");
  const release = join(root, "release");
  const calls = join(root, "calls");
  mkdirSync(bin);
  mkdirSync(release);
  writeFileSync(calls, "");
  for (const kind of ["rpm", "deb"]) {
    writeFileSync(join(release, `opampsupervisor-0.1.0-linux-x64.${kind}`), kind);
  }
  const sums = execFileSync("sh", ["-c", "sha256sum opampsupervisor-*"], { cwd: release });
  writeFileSync(join(release, "SHA256SUMS"), sums);
  const served = `note() { echo "$*" | sed "s|/[^ ]*/tmp[^ ]*/||g" >> "$CALLS"; }
collector() { case "$*" in *aws-otel-collector*) install -D -m 0754 /dev/null "$TARGET_ROOT${collector}";; esac; }
serve() { case "$1" in *aws-otel-collector*) echo > "$2";; *) cp "${release}/\${1##*/}" "$2";; esac; }
`;
  for (const [name, body] of Object.entries(programs).filter(([name]) => !without.includes(name))) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${served}${body}\n`, { mode: 0o755 });
  }
  // The tools of every host, and none of the package managers of this one.
  const tools =
    "bash sh sed grep cmp chmod cp mv install mktemp rm cat touch sha256sum sleep test printf echo";
  for (const tool of tools.split(" ")) {
    const found = execFileSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim();
    if (found.startsWith("/")) execFileSync("ln", ["-s", found, join(bin, tool)]);
  }
  return {
    root,
    release,
    settings: join(root, "etc/opampsupervisor/supervisor.yaml"),
    mark: (name: string) => writeFileSync(`${calls}.${name}`, ""),
    called: () => readFileSync(calls, "utf8").trim().split("\n"),
    run: (more: Record<string, string> = {}) => {
      const env = { PATH: bin, TARGET_ROOT: root, CALLS: calls, RETRY_SECONDS: "0", ...given };
      const ran = spawnSync(join(bin, "bash"), [script], {
        env: { ...env, ...more },
        encoding: "utf8",
      });
      return { code: ran.status, err: ran.stderr };
    },
  };
}

/** What the supervisor finds wrong with settings, and what they are. */
function check(yaml: string, environment: Record<string, string> = {}) {
  const host = createFolder();
  host.write("local.yaml", "a: b\n");
  host.program("otelcol");
  const text = yaml
    .replace(/(ssm|secretsmanager):[^}]+/, "env:TOKEN")
    .replace(/s3:\/\/[^"\]]+/, "./local.yaml")
    .replace(/executable: .*/, "executable: ./otelcol");
  const read = host.read(text, { TOKEN: "Bearer x", ...environment });
  expect(brief(read.problems)).toEqual([]);
  return settingsOf(read);
}

test("the user data installs both, writes the settings and starts the unit", () => {
  const host = bareHost();
  expect(host.run()).toEqual({ code: 0, err: "" });
  const text = readFileSync(host.settings, "utf8");
  expect(text).toContain('Authorization: "${ssm:/opamp/authorization}"');
  expect(text).toContain('config_files: ["s3://fleet/collector.yaml"]');
  expect(statSync(host.settings).mode & 0o777).toBe(0o640);
  expect(statSync(`${host.root}${collector}`).mode & 0o777, "the unit's user runs it").toBe(0o755);
  const { agent, server } = check(text);
  expect([agent.leftover, server.endpoint]).toEqual(["adopt", given.OPAMP_ENDPOINT]);
  expect(host.called().map((line) => line.replace(/\S+\/(?=\S+\.(rpm|new)$)/, ""))).toEqual([
    expect.stringMatching(/^curl .*\/?aws-otel-collector.rpm$/),
    "dnf install -y aws-otel-collector.rpm",
    "aws s3://fleet/release/SHA256SUMS",
    expect.stringMatching(/^aws .*opampsupervisor-0.1.0-linux-x64.rpm$/),
    "dnf install -y opampsupervisor-0.1.0-linux-x64.rpm",
    "chgrp opampsupervisor",
    "systemctl disable --now aws-otel-collector",
    "systemctl enable opampsupervisor",
    "systemctl start opampsupervisor",
  ]);
});

test("docs/ec2.md shows what is written", () => {
  const host = bareHost();
  host.run({ COLLECTOR_CONFIG: "s3://BUCKET/collector.yaml" });
  const written = readFileSync(host.settings, "utf8").replace(/^#.*\n/, "");
  const page = readFileSync(join(folder, "../../docs/ec2.md"), "utf8");
  expect(/```yaml\n(.*?)```/s.exec(page)?.[1]).toBe(written);
});

test("run again it changes nothing; with another endpoint it reloads, and keeps what there was", () => {
  const host = bareHost();
  host.run();
  const before = readFileSync(host.settings, "utf8");
  const { mtimeMs } = statSync(host.settings);
  const calls = host.called().length;
  expect(host.run()).toEqual({ code: 0, err: "" });
  expect(statSync(host.settings).mtimeMs).toBe(mtimeMs);
  const again = ["systemctl disable --now aws-otel-collector", "systemctl enable opampsupervisor"];
  expect(host.called().slice(calls)).toEqual(again);
  host.run({ OPAMP_ENDPOINT: "wss://other.example.com/v1/opamp" });
  expect(host.called().at(-1)).toBe("systemctl reload opampsupervisor");
  expect(readFileSync(`${host.settings}.before-user-data`, "utf8")).toBe(before);
});

test("on Debian and Ubuntu it takes the debs, and without a header and a layer it names none", () => {
  const host = bareHost(["dnf"]);
  expect(host.run({ OPAMP_AUTHORIZATION: "", COLLECTOR_CONFIG: "" }).err).toBe("");
  expect(host.called().filter((line) => line.includes("install"))).toHaveLength(2);
  expect(host.called().join("\n")).toContain("ubuntu/amd64/v0.47.0/aws-otel-collector.deb");
  expect(readFileSync(host.settings, "utf8")).not.toMatch(/headers|config_files/);
});

test.each([
  ["no endpoint", { OPAMP_ENDPOINT: "" }, "expected OPAMP_ENDPOINT to be set, found nothing"],
  ["a line more", { OPAMP_ENDPOINT: 'wss://a"\nx: y' }, "expected OPAMP_ENDPOINT without quotes"],
  ["a bare path", { OPAMP_RELEASE: "/tmp" }, "expected s3:// or https://, found /tmp/SHA256SUMS"],
  ["another version", { OPAMP_VERSION: "9.9.9" }, "expected to get s3://fleet/release/opamp"],
])("with %s it says so, and nothing is started", (_, more, words) => {
  const host = bareHost();
  const { code, err } = host.run(more);
  expect([code, existsSync(host.settings)]).toEqual([1, false]);
  expect(err).toContain(words);
  expect(host.called().join("\n")).not.toContain("systemctl");
});

test("a package that is not the one of SHA256SUMS is not installed", () => {
  const host = bareHost();
  writeFileSync(join(host.release, "opampsupervisor-0.1.0-linux-x64.rpm"), "another");
  const { code, err } = host.run();
  expect([code, host.called().some((line) => /dnf.*opampsupervisor/.test(line))]).toEqual([
    1,
    false,
  ]);
  expect(err).toContain("with the sum that SHA256SUMS has, found another");
});

test("a package without a line in SHA256SUMS is not installed", () => {
  const host = bareHost();
  writeFileSync(join(host.release, "SHA256SUMS"), `${"0".repeat(64)}  other\n`);
  expect(host.run().code).toBe(1);
});

test("a unit that does not start is a fault, with what it said last", () => {
  const host = bareHost();
  host.mark("broken");
  const { code, err } = host.run();
  expect([code, err]).toEqual([1, expect.stringContaining("the words of the unit")]);
});

test("the template of EC2 has the same user data, and demands tokens of the metadata service", () => {
  const parameters = {
    ...{ Endpoint: given.OPAMP_ENDPOINT, ReleaseBucket: "fleet", ReleaseFolder: "release" },
    ...{
      CollectorConfigKey: "collector.yaml",
      AuthorizationParameter: "/opamp/authorization",
    },
  };
  const made = resourcesOf(readFileSync(join(folder, "ec2.yaml"), "utf8"), parameters);
  const { LaunchTemplateData: launch } = made["LaunchTemplate"]!.Properties as {
    LaunchTemplateData: { MetadataOptions: { HttpTokens: string }; UserData: string };
  };
  expect(launch.MetadataOptions.HttpTokens).toBe("required");
  expect(launch.UserData.length, "what EC2 takes, in base64").toBeLessThan(16_384);
  const text = Buffer.from(launch.UserData, "base64").toString();
  expect(text).toContain(readFileSync(script, "utf8"));
  const set = [...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [name, value]);
  expect(Object.fromEntries(set)).toEqual({ ...given, AWS_DEFAULT_REGION: "eu-west-1" });
  expect(made["SecurityGroup"]!.Properties["SecurityGroupIngress"]).toEqual([]);
  const rights = JSON.stringify(made["Role"]!.Properties["Policies"]);
  expect(rights).toContain("arn:aws:ssm:eu-west-1:123456789012:parameter/opamp/authorization");
  expect(rights).not.toContain('"*"');
  expect(rights).not.toContain("secretsmanager");
});

test("the daemon of ECS reads its settings from the variable that its health check names", () => {
  const parameters = { Endpoint: given.OPAMP_ENDPOINT, ConfigBucket: "fleet" };
  const made = resourcesOf(readFileSync(join(folder, "ecs-daemon.yaml"), "utf8"), parameters);
  interface Container {
    readonly Environment: readonly { readonly Name: string; readonly Value: string }[];
    readonly Command: readonly string[];
    readonly HealthCheck: { readonly Command: readonly string[] };
    readonly StopTimeout: number;
    readonly MountPoints: readonly { readonly SourceVolume: string; ContainerPath: string }[];
  }
  const { ContainerDefinitions: containers } = made["Task"]!.Properties;
  const [one] = containers as [Container];
  const variable = new Map(one.Environment.map(({ Name, Value }) => [Name, Value]));
  const { agent, storage } = check(variable.get("SUPERVISOR_YAML") ?? "", {
    OPAMP_AUTHORIZATION: "Bearer x",
  });
  expect(one.Command).toEqual(["--config=env:SUPERVISOR_YAML"]);
  expect(one.HealthCheck.Command).toEqual([
    "CMD",
    "opampsupervisor",
    "healthcheck",
    ...one.Command,
  ]);
  expect(one.StopTimeout * 1000).toBeGreaterThan(agent.stopTimeoutMs);
  const state = one.MountPoints.find(({ SourceVolume }) => SourceVolume === "state")!.ContainerPath;
  expect([storage.directory, variable.get("XDG_CACHE_HOME")]).toEqual([
    `${state}/storage`,
    `${state}/cache`,
  ]);
  const { DeploymentConfiguration: deployment } = made["Service"]!.Properties;
  expect(deployment, "never two on one storage").toMatchObject({ MaximumPercent: 100 });
});
