import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildImages, removeImages, sizeOf } from "../helpers/containers/images.ts";
import { runOnArm, whyNoArm } from "../helpers/containers/other-processor.ts";
import { podman, whyNoContainers } from "../helpers/containers/podman.ts";

const whyNotBuilt = whyNoContainers();
const whyNotRun = whyNoArm();
const given = process.env["TEST_COLLECTOR_ARM64"];
const whyNotReal =
  given === undefined ? "TEST_COLLECTOR_ARM64 names no collector for AArch64" : undefined;

/** What a line of the log says. */
const wordsOf = (line: string): unknown => (JSON.parse(line) as { readonly msg: unknown }).msg;

/** The name of a test, with the reason where it is skipped. */
const named = (name: string, why: string | undefined): string =>
  why === undefined ? name : `${name} (skipped: ${why})`;

const dockerfile = join(import.meta.dirname, "../../packaging/images/Dockerfile");
const agents = join(import.meta.dirname, "../fixtures/agents");
// Where there is none any file stands for it: it is only copied.
const collector = given ?? dockerfile;

/** The files of an image, unpacked into a folder; whose they are is left behind, since only root is known there. */
async function unpack(image: string, root: string): Promise<void> {
  // Podman asks for more than a machine for tests may grant.
  const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"];
  const created = await podman("create", ...limits, image);
  const container = created.out.split("\n").at(-1) ?? "";
  await podman("export", "-o", `${root}.tar`, container);
  await podman("rm", container);
  mkdirSync(root);
  execFileSync("tar", ["-xf", `${root}.tar`, "--no-same-owner", "-C", root]);
  rmSync(`${root}.tar`);
  // Every container engine writes this file. Without it a collector asks a name server for localhost.
  writeFileSync(join(root, "etc/hosts"), "127.0.0.1 localhost\n");
}

const localLayer = `extensions: {health_check: {endpoint: "127.0.0.1:13133"}}
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:4317"}}}}
exporters: {debug: {}}
service:
  extensions: [health_check]
  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
`;

/** Settings, and a program in place of a collector, which the image's own Node runs. */
function settle(root: string): void {
  const folder = join(root, "etc/opampsupervisor");
  copyFileSync(join(agents, "collector.mjs"), join(folder, "collector.mjs"));
  const program = readFileSync(join(agents, "healthy.mjs"), "utf8");
  writeFileSync(join(folder, "agent.mjs"), program.replace(/^.*/, "#!/usr/local/bin/node"));
  chmodSync(join(folder, "agent.mjs"), 0o755);
  writeFileSync(join(folder, "local.yaml"), localLayer);
  // Everything takes much longer in qemu.
  writeFileSync(
    join(folder, "supervisor.yaml"),
    `server: {endpoint: "ws://127.0.0.1:4320"}
agent:
  executable: \${OTELCOL_COLLECTOR_BINARY}
  config_files: [/etc/opampsupervisor/local.yaml]
  start_timeout: 300s
  stop_timeout: 120s
`,
  );
}

/**
 * What the image starts, but for tini's `-s`: qemu has no PR_SET_CHILD_SUBREAPER, and tini ends without it. So who buries
 * the processes that lose their parents is not seen here.
 */
const start = `export OTELCOL_COLLECTOR_BINARY=$1
settings=--config=/etc/opampsupervisor/supervisor.yaml
inside opampsupervisor version
inside "$1" --version
# Not by the function: its shell would be the one that is signalled.
chroot "$root" /usr/bin/tini -- opampsupervisor $settings > "$root/tmp/log" 2>&1 &
n=0
until inside opampsupervisor healthcheck $settings --ready > /dev/null 2>&1; do
  n=$((n + 1))
  if [ $n = 90 ] || ! kill -0 $!; then cat "$root/tmp/log" >&2; exit 1; fi
  sleep 1
done
kill $!
wait $! || { cat "$root/tmp/log" >&2; exit 2; }
cat "$root/tmp/log"
`;

describe.skipIf(whyNotBuilt !== undefined)(named("the image for AArch64", whyNotBuilt), () => {
  const folder = join(tmpdir(), `opampsupervisor-arm64-${process.pid}`);
  const root = join(folder, "root");
  const image = "localhost/test-combined:arm64";

  beforeAll(async () => {
    mkdirSync(folder, { mode: 0o700 });
    removeImages();
    buildImages("arm64", ["combined"], collector);
    await unpack(image, root);
    settle(root);
  }, 1_800_000);
  afterAll(() => {
    removeImages();
    rmSync(folder, { recursive: true, force: true });
  });

  test("its programs are of that processor, and it is no larger than said", () => {
    for (const program of ["/usr/local/bin/node", "/usr/bin/tini"]) {
      // The field e_machine of an ELF file; 183 is AArch64.
      const machine = readFileSync(join(root, program)).readUInt16LE(18);
      expect([program, machine]).toEqual([program, 183]);
    }
    expect(sizeOf(image) - statSync(collector).size / 1_000_000).toBeLessThan(160);
  });

  const startsAndStops = (executable: string, version: RegExp): void => {
    const { code, out, err } = runOnArm(root, start, executable);
    expect(code, err).toBe(0);
    const [own, collectors, ...log] = out.trimEnd().split("\n");
    expect([own, collectors]).toEqual([
      expect.stringMatching(/^\d+\.\d+\.\d+$/),
      expect.stringMatching(version),
    ]);
    const messages = log.filter((line) => line.startsWith("{")).map((line) => wordsOf(line));
    expect(messages).toContain("agent is healthy");
    expect(messages.slice(-2)).toEqual(["agent process stopped", "stopped"]);
    expect(out, "the collector ended by itself").not.toContain("SIGKILL");
  };

  test.skipIf(whyNotRun !== undefined)(
    named("in qemu a pretended collector becomes healthy and stops on SIGTERM", whyNotRun),
    () => startsAndStops("/etc/opampsupervisor/agent.mjs", /^otelcol version 0\.149\.0$/),
    1_000_000,
  );

  const why = whyNotRun ?? whyNotReal;
  test.skipIf(why !== undefined)(
    named("in qemu a real collector becomes healthy and stops on SIGTERM", why),
    () => startsAndStops("/usr/bin/otelcol", /^otelcol\S* version \d+\.\d+\.\d+$/),
    1_000_000,
  );
});
