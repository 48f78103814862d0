import { readProgramFile } from "../agent/binary/program-file.ts";
import { messageOf } from "../errors.ts";
import { checkAgent, type AgentCheck } from "../supervisor/control/check-agent.ts";
import { agentEnvironment } from "../supervisor/settings/agent-environment.ts";
import { within } from "../time-limit.ts";
import type { Settings } from "../supervisor/settings/settings.ts";
import { lookAtNeeds } from "./edges/access-facts.ts";
import { askControl } from "./edges/ask-control.ts";
import { lookAtCandidates } from "./edges/attach-facts.ts";
import { type KeptFacts, ownCertificateEnd } from "./edges/kept-facts.ts";
import { memoryLimitOf } from "./edges/memory-facts.ts";
import { agentSigns, holderAt } from "./edges/port-facts.ts";
import { lookAtServers } from "./edges/server-facts.ts";
import { tooShort } from "./edges/stop-limits.ts";
import { unitsOfOurs } from "./edges/unit-files.ts";
import { type ConfigWants, type WantedPort, wantsOf } from "./judge/config-wants.ts";
import { type Finding, problem } from "./judge/finding.ts";
import { joined, ownPorts } from "./judge/joined-wants.ts";
import { judgeAttach } from "./judge/judge-attach.ts";
import { judgeBinary } from "./judge/judge-binary.ts";
import { judgeMemory } from "./judge/judge-memory.ts";
import { judgePorts } from "./judge/judge-ports.ts";
import { judgeRights } from "./judge/judge-rights.ts";
import { judgeConnection, judgeOwnCertificate } from "./judge/judge-server.ts";
import {
  judgeAccepted,
  judgeFound,
  judgeRefused,
  judgeSupervisor,
} from "./judge/judge-settings.ts";
import type { People } from "./judge/judge-storage.ts";
import { judgeUnits } from "./judge/judge-unit.ts";

/** What all looks begin with. */
export interface Scene {
  /** Absolute path of supervisor.yaml. */
  readonly file: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  readonly settings: Settings;
  readonly kept: KeptFacts;
  readonly people: People;
}

/** One look at one thing, with the time that it may take. */
interface Look {
  readonly check: string;
  readonly limitMs: number;
  readonly look: () => Promise<readonly Finding[]>;
}

/** Everything that is looked at once the settings are good. None waits for another but for what the binary says. */
export function looksAt(scene: Scene): readonly Look[] {
  return [
    { check: "supervisor", limitMs: 5_000, look: () => lookAtSupervisor(scene) },
    { check: "binary", limitMs: 20_000, look: () => lookAtAgent(scene) },
    { check: "server", limitMs: 25_000, look: () => lookAtServer(scene) },
    { check: "unit", limitMs: 5_000, look: () => lookAtUnits(scene) },
    { check: "attach", limitMs: 5_000, look: () => lookAtAttach(scene) },
  ];
}

async function lookAtSupervisor({ settings, kept, file }: Scene): Promise<readonly Finding[]> {
  const pid = kept.supervisorPid;
  const control =
    pid === undefined ? { answers: false, why: "" } : await askControl(settings.storage.directory);
  const refused = kept.refused === undefined ? [] : [judgeRefused(kept.refused, file)];
  return [...judgeSupervisor(pid, control), ...refused];
}

async function lookAtAgent(scene: Scene): Promise<readonly Finding[]> {
  const { settings, file } = scene;
  const { executable } = settings.agent;
  const program = executable === "" ? undefined : await readProgramFile(executable);
  const { check, late } = await askAgent(scene);
  const binary =
    program === undefined
      ? []
      : judgeBinary({
          executable,
          fault: program.fault,
          foreign: program.foreign,
          arch: process.arch,
          answers: check.binary,
        });
  const said = binary.some(({ grade }) => grade === "problem")
    ? check.found.filter(({ code }) => code !== "no-collector")
    : check.found;
  return [
    ...binary,
    ...late,
    ...judgeFound("configuration", file, said),
    ...judgeAccepted(check.acceptedBy, check.binary?.validates),
    ...(await lookAtWants(scene, check)),
  ];
}

/** A binary that does not answer hides nothing of what is known without it. */
async function askAgent({ settings, environment, workingDirectory }: Scene): Promise<{
  readonly check: AgentCheck;
  readonly late: readonly Finding[];
}> {
  const words = `it does not answer within ${binaryLimitMs / 1000} s`;
  try {
    const asked = checkAgent(settings, { environment, workingDirectory });
    return { check: await within(binaryLimitMs, words, asked), late: [] };
  } catch (error) {
    const found = `${settings.agent.executable} could not be asked: ${messageOf(error)}`;
    const advice = "run it by hand and see what holds it up";
    const late = problem("binary", found, advice, `${settings.agent.executable} --version`);
    return { check: { found: [], acceptedBy: undefined }, late: [late] };
  }
}

const binaryLimitMs = 15_000;

/** What the merged local configuration wants, and the one that the agent was given last. */
async function lookAtWants(scene: Scene, { config }: AgentCheck): Promise<readonly Finding[]> {
  const { settings, kept, environment, people } = scene;
  const given = agentEnvironment(settings, environment, []).environment;
  const both = [config?.text ?? "", kept.effective].map((text) => wantsOf(text, given));
  const wants: ConfigWants = joined(both.filter((each) => each !== undefined));
  const pid = kept.supervisorPid;
  const attached = lookAtCandidates(settings)?.candidates.find(
    ({ verdict }) => verdict.is === "taken",
  );
  const signs = agentSigns(settings.storage.directory, [pid, attached?.pid]);
  const runs = pid !== undefined || attached !== undefined;
  const own = ownPorts(
    config?.probe?.url ?? kept.urls.health,
    config?.metrics ?? kept.urls.metrics,
  );
  const ports = ([...own, ...wants.ports] as readonly WantedPort[]).map((port) => ({
    ...port,
    holder: holderAt(port.port, signs),
  }));
  const needs = await lookAtNeeds(wants.files, given.get("PATH") ?? "");
  const limit = memoryLimitOf(attached?.pid ?? pid ?? "self");
  const anything = config?.runs === true || kept.effective !== "";
  return [
    ...judgePorts(ports, runs),
    ...judgeRights(needs, people.name),
    ...(anything && config?.idle !== true
      ? judgeMemory({ ...limit, limiters: wants.limiters })
      : []),
  ];
}

async function lookAtServer({ settings, kept, environment }: Scene): Promise<readonly Finding[]> {
  const { server } = settings;
  const end = ownCertificateEnd(settings, kept.offered);
  const own = end === undefined ? [] : [judgeOwnCertificate(end, Date.now())];
  const facts = await lookAtServers(server, kept.offered, environment);
  return [...own, ...facts.flatMap((each) => judgeConnection(each, Date.now()))];
}

function lookAtUnits({ settings, environment, people, file }: Scene): Promise<readonly Finding[]> {
  const { agent } = settings;
  const pod = environment.has("KUBERNETES_SERVICE_HOST")
    ? "a pod"
    : environment.has("ECS_CONTAINER_METADATA_URI_V4")
      ? "an ECS task"
      : undefined;
  const wishes = {
    file,
    leftover: agent.leftover,
    attached: agent.attach !== undefined,
    user: people.name,
    tooShort: tooShort(settings, environment),
  };
  return Promise.resolve(judgeUnits(unitsOfOurs(), wishes, pod));
}

function lookAtAttach({ settings }: Scene): Promise<readonly Finding[]> {
  // Pods are no processes of this host.
  if (settings.agent.attach?.kubernetes !== undefined) return Promise.resolve([]);
  const facts = lookAtCandidates(settings);
  return Promise.resolve(facts === undefined ? [] : judgeAttach(facts));
}
