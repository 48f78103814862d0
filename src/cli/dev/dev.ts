import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeCertificate } from "../../dev-server/connections/self-signed.ts";
import { type DevServer, type DevServerOptions, createDevServer } from "../../dev-server/server.ts";
import { SupervisorError } from "../../errors.ts";
import { agentsOf, type AgentsWish } from "./dev-agents.ts";
import { aboutPackages, packagesOf, type PackagesWish } from "./dev-packages.ts";
import { noticeOf, placeOf, withoutToken, type PlaceWish } from "./dev-place.ts";
import { devSettings, devVariables, usualPort } from "./dev-settings.ts";
import { takenText } from "./taken-port.ts";
import { exitCode } from "../exit.ts";
import type { CliSurroundings } from "../surroundings.ts";
import { installShown, usual } from "../collector.ts";

/** What all commands with the development server are told, as it was typed. */
export interface ServerWish {
  readonly port?: string;
  readonly pagePort: string;
  readonly certificateDays: string;
}

/** Whether agents connect by TLS. */
export interface TlsWish {
  readonly tls: boolean;
}

interface ServerNumbers {
  readonly opampPort: number;
  readonly pagePort: number;
  readonly certificateMs: number;
}

const dayMs = 24 * 60 * 60 * 1000;
const mostDays = 3650;
/** A terminal that is closed sends the last of them. */
const ends = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs the development server until a signal ends it. */
export async function runDevServer(
  wanted: ServerWish & PackagesWish & PlaceWish & AgentsWish & TlsWish,
  surroundings: CliSurroundings,
): Promise<void> {
  const numbers = numbersOf(wanted, surroundings);
  if (numbers === undefined) return;
  const place = placeOf(wanted, surroundings, wanted.port);
  const agents = agentsOf(wanted, surroundings);
  if (typeof place === "string" || typeof agents === "string") {
    refuse([place, agents].filter((each) => typeof each === "string").join("; "), surroundings);
    return;
  }
  const packages = packagesOf(wanted, surroundings);
  // Many big files take a while to be hashed.
  if (packages !== undefined) surroundings.out(`Reading ${packages.directory} ...\n`);
  const server = await startServer(surroundings, "dev-server", {
    ...numbers,
    ...place,
    ...agents,
    packages,
    tls: wanted.tls,
    config: undefined,
  });
  surroundings.out(`OpAMP endpoint  ${server.opampUrl}\npage            ${server.pageUrl}\n`);
  if (server.shelf !== undefined) surroundings.out(aboutPackages(server.shelf));
  await Promise.race(ends.map((signal) => once(process, signal)));
  await server.close();
}

function refuse(why: string, { err }: CliSurroundings): void {
  err(`opampsupervisor: ${why}\n`);
  process.exitCode = exitCode.badInput;
}

function numbersOf(wanted: ServerWish, surroundings: CliSurroundings): ServerNumbers | undefined {
  const opampPort = portOf(wanted.port ?? usualPort, surroundings);
  const pagePort = portOf(wanted.pagePort, surroundings);
  const certificateMs = daysOf(wanted.certificateDays, surroundings);
  if (opampPort === undefined || pagePort === undefined || certificateMs === undefined) {
    return undefined;
  }
  return { opampPort, pagePort, certificateMs };
}

function daysOf(text: string, { err }: CliSurroundings): number | undefined {
  const days = Number(text);
  if (days > 0 && days <= mostDays) return Math.round(days * dayMs);
  err(`expected --certificate-days above 0 and up to ${mostDays}, found ${text}\n`);
  process.exitCode = exitCode.badInput;
  return undefined;
}

function portOf(text: string, { err }: CliSurroundings): number | undefined {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  err(`expected a port from 0 to 65535, found ${text}\n`);
  process.exitCode = exitCode.badInput;
  return undefined;
}

/** The main job at home: development server, supervisor and a real collector, ended together. */
export async function runDev(
  wanted: ServerWish & PackagesWish & PlaceWish & { readonly config?: string },
  surroundings: CliSurroundings,
): Promise<void> {
  const { out, err } = surroundings;
  const settings = devSettings(wanted.config, wanted.port, surroundings);
  if (typeof settings === "string") {
    err(`opampsupervisor: ${settings}\n`);
    process.exitCode = exitCode.badInput;
    return;
  }
  const numbers = numbersOf({ ...wanted, port: settings.opampPort }, surroundings);
  if (numbers === undefined) return;
  const place = placeOf(wanted, surroundings, settings.opampPort);
  if (typeof place === "string") {
    refuse(place, surroundings);
    return;
  }
  const server = await startServer(surroundings, "dev", {
    ...numbers,
    ...place,
    packages: packagesOf(wanted, surroundings),
    tls: settings.tls,
    // Whoever tries it sees log lines at once.
    takesLogs: true,
    config: wanted.config,
  });
  const environment = withoutToken(surroundings.environment);
  try {
    out("Looking for a collector ...\n");
    const collector = await installShown({ manifest: usual }, { ...surroundings, environment });
    const ours = settings.ours ? devVariables(server.opampUrl, server.shelf?.publicKey) : {};
    out(welcome(server, collector, settings.note, ours["OPAMPSUPERVISOR_DEV_STORAGE"]));
    const status = await superviseUntilSignal(settings.config, {
      ...Object.fromEntries(environment),
      ...ours,
      OTELCOL_COLLECTOR_BINARY: collector,
    });
    if (status !== 0) process.exitCode = exitCode.couldNotRun;
  } finally {
    await server.close();
  }
}

type Start = ServerNumbers &
  Pick<
    DevServerOptions,
    | "authorization"
    | "packages"
    | "pageHost"
    | "pageOrigins"
    | "pageProxies"
    | "pageToken"
    | "state"
    | "takesGuests"
    | "takesLogs"
  > & {
    readonly tls: boolean;
    /** A file of the user's that names the OpAMP port. */
    readonly config: string | undefined;
  };

async function startServer(
  { packageDirectory, environment, err }: CliSurroundings,
  name: "dev" | "dev-server",
  { tls, config, ...numbers }: Start,
): Promise<DevServer> {
  const built = join(packageDirectory, "dist/page");
  const pageDirectory = existsSync(built) ? built : join(packageDirectory, "src/dev-server/page");
  const certificate = tls ? makeCertificate(Date.now()) : undefined;
  try {
    const options = { pageDirectory, ...numbers, tls: certificate };
    return await createDevServer(options, (event) => {
      const notice = noticeOf(event);
      if (notice !== undefined) err(`${notice}\n`);
    });
  } catch (error) {
    if (!(error instanceof SupervisorError) || error.code !== "port-in-use") throw error;
    const started = environment.get("npm_lifecycle_event") === "start";
    const command = `${started ? "npm start --" : `opampsupervisor ${name}`}${config === undefined ? "" : ` --config ${config}`}`;
    const text = takenText({
      opamp: numbers.opampPort,
      page: numbers.pagePort,
      command,
      config,
    });
    throw text === undefined ? error : new SupervisorError("port-in-use", text, { cause: error });
  }
}

function welcome(
  server: DevServer,
  collector: string,
  note: string | undefined,
  storage: string | undefined,
): string {
  return [
    "",
    ...(note === undefined ? [] : [`  ${note}`, ""]),
    `  OpAMP endpoint  ${server.opampUrl}`,
    `  collector       ${collector}`,
    `  open this page  ${server.pageUrl}`,
    "",
    "  To try: choose the agent on the page, and send it this additional configuration:",
    "",
    "    receivers:",
    "      hostmetrics:",
    "        collection_interval: 5s",
    "        scrapers: {cpu: , memory: }",
    "    exporters:",
    "      debug: {verbosity: detailed}",
    "    service:",
    "      pipelines:",
    "        metrics: {receivers: [hostmetrics], exporters: [debug]}",
    "",
    `  then look at ${storage === undefined ? "agent.log in its storage directory" : `${storage}/agent.log`}, and send one with a mistake in it. Ctrl-C ends everything.`,
    "",
    "",
  ].join("\n");
}

/** Runs the supervisor as a process of its own, as in production. When it ends, all ends. */
async function superviseUntilSignal(config: string, env: NodeJS.ProcessEnv): Promise<number> {
  const program = process.argv[1] ?? "";
  const child = spawn(process.execPath, [program, `--config=${config}`], {
    env,
    stdio: ["ignore", "inherit", "inherit"],
    // A session of its own, so that Ctrl-C reaches it once, through us.
    detached: true,
  });
  // To a supervisor SIGHUP says that its settings have changed.
  const forward = (signal: NodeJS.Signals): void =>
    void child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
  for (const signal of ends) process.on(signal, forward);
  const [code] = (await once(child, "exit")) as [number | null];
  for (const signal of ends) process.off(signal, forward);
  return code ?? exitCode.ourFault;
}
