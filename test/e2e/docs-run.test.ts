import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createDevServer } from "../../src/dev-server/server.ts";
import { allPages, blocksOf, type Block } from "../helpers/docs/markdown.ts";
import {
  collectorPath,
  eventually,
  patienceMs,
  program,
  scratchFolder,
} from "../helpers/e2e/daemon.ts";

const root = join(import.meta.dirname, "../..");
const blocks = allPages().flatMap(blocksOf);
const marked = (mark: string): readonly (readonly [string, Block])[] =>
  blocks
    .filter((block) => block.mark.startsWith(mark))
    .map((block) => [`${block.page}:${block.line}`, block] as const);

/** What the pages take for granted: the settings of the README, with a server on this machine, and a collector. */
const settings = `server:
  endpoint: ws://127.0.0.1:4320/v1/opamp
capabilities:
  accepts_remote_config: true
agent:
  executable: ./otelcol
  config_files: [./local.yaml]
  policy:
    listen: { deny: [0.0.0.0] }
storage:
  directory: ./storage
`;

const local = `receivers:
  hostmetrics:
    scrapers: {cpu: , memory: }
exporters:
  debug:
    verbosity: basic
service:
  pipelines:
    metrics: {receivers: [hostmetrics], exporters: [debug]}
`;

/**
 * The packages as npm start finds them once they are installed. A link for each, none for all of them: what would install
 * them anew empties the directory first, and that must not be the one of this checkout.
 */
function linkPackages(folder: string): void {
  const ours = join(folder, "node_modules");
  mkdirSync(ours);
  for (const name of readdirSync(join(root, "node_modules"))) {
    symlinkSync(join(root, "node_modules", name), join(ours, name));
  }
}

/** A folder as the reader of a page has it: for the README a checkout that was built, else one with settings. */
function folderFor({ page }: Block): string {
  const folder = scratchFolder();
  const bin = join(folder, ".path");
  mkdirSync(bin);
  for (const [name, line] of [
    ["opampsupervisor", `exec "${process.execPath}" "${program}" "$@"`],
    ["npx", `shift; exec "${process.execPath}" "${program}" "$@"`],
  ] as const) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  if (page === "README.md") {
    for (const name of ["bin", "collector", "dist", "examples", "scripts", "src"]) {
      cpSync(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true });
    }
    for (const name of ["package.json", "package-lock.json"]) {
      cpSync(join(root, name), join(folder, name), { preserveTimestamps: true });
    }
    linkPackages(folder);
    // Built after it was copied, as far as npm start can tell.
    utimesSync(join(folder, "dist/opampsupervisor.cjs"), new Date(), new Date());
  }
  symlinkSync(collectorPath(), join(folder, "otelcol"));
  writeFileSync(join(folder, "supervisor.yaml"), settings);
  writeFileSync(join(folder, "local.yaml"), local);
  writeFileSync(join(folder, "otelcol.tar.gz"), "what is to be signed");
  writeFileSync(join(folder, "remote.yaml"), "exporters:\n  debug:\n    verbosity: detailed\n");
  return folder;
}

interface Shell {
  readonly process: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<unknown>;
}

/** Types a text into a shell in a folder; what still runs is ended with the test, as by Ctrl-C. */
function type(text: string, folder: string): Shell {
  const child = spawn("bash", ["-e", "-c", text], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${join(folder, ".path")}:${process.env["PATH"] ?? ""}`,
      OTELCOL: collectorPath(),
      OTELCOL_COLLECTOR_BINARY: "",
      XDG_STATE_HOME: join(folder, ".state"),
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const ended = once(child, "close").then(([code]: unknown[]) => code);
  onTestFinished(async () => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    await ended;
  });
  return { process: child, said: () => said, ended };
}

async function runToEnd(text: string, folder: string): Promise<string> {
  const shell = type(text, folder);
  expect(await shell.ended, shell.said()).toBe(0);
  return shell.said();
}

/** A session: each command behind `$ `, and what it says, where … stands for anything. */
async function runSession({ text }: Block, folder: string): Promise<void> {
  for (const part of text.split(/^\$ /m).slice(1)) {
    const [command = "", ...answer] = part.trimEnd().split("\n");
    const said = await runToEnd(command, folder);
    const pattern = answer.join("\n").split("…").map(escaped).join("[\\s\\S]*");
    expect(said.trimEnd()).toMatch(new RegExp(`^${pattern}$`));
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

async function runBlock(block: Block, folder: string): Promise<void> {
  if (block.language === "console") await runSession(block, folder);
  else await runToEnd(block.text, folder);
}

/** The server of the page's settings, until the end of the test. */
async function startServer(): Promise<void> {
  const server = await createDevServer({
    pageDirectory: join(root, "src/dev-server/page"),
    opampPort: 4320,
    pagePort: 0,
    tls: undefined,
    certificateMs: 86_400_000,
    packages: undefined,
  });
  onTestFinished(() => server.close());
}

const plain = marked("run").filter(([, { mark }]) => mark === "run");
test.each(plain)("%s runs as it stands", { timeout: 2 * patienceMs }, async (_, block) => {
  await runBlock(block, folderFor(block));
});

const beside = marked("run beside a supervisor");
test.each(beside)("%s runs beside a supervisor", { timeout: 2 * patienceMs }, async (_, block) => {
  const folder = folderFor(block);
  const supervisor = type("exec opampsupervisor --config=supervisor.yaml", folder);
  await eventually(() => supervisor.said().includes("agent is healthy"));
  await eventually(async () => {
    const asked = type("opampsupervisor retry --config supervisor.yaml", folder);
    return (await asked.ended) === 0;
  });
  await runBlock(block, folder);
});

const endless = marked("run: until");
test.each(endless)("%s runs until it is ended", { timeout: 3 * patienceMs }, async (_, block) => {
  const [, wanted = ""] = /"(.+)"/.exec(block.mark) ?? [];
  if (!/npm start|dev/.test(block.text)) await startServer();
  const shell = type(block.text, folderFor(block));
  const isSaid = (): boolean => shell.said().includes(wanted);
  // npm, the server, the supervisor and the collector start one after the other.
  await eventually(isSaid)
    .catch(() => eventually(isSaid))
    .catch(() => {
      throw new Error(`expected "${wanted}", found:\n${shell.said()}`);
    });
});
