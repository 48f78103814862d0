import type { BinaryFacts } from "../../../agent-config/config.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import { packageFailed } from "./package-failure.ts";
import { type AgentBinary, unknownBinary } from "../state/generation.ts";
import type { TogetherWith } from "../state/packages.ts";
import { type State, withAgent, withConfig, withExtension, withPackages } from "../state/state.ts";
import type { Instant } from "../state/time.ts";

/** A binary that has said what it is. */
interface KnownBinary extends AgentBinary {
  readonly facts: BinaryFacts;
}

/** The binary that configurations are made for now; undefined while it has not said what it is. */
export function binaryFor(state: State, core: CoreSettings): KnownBinary | undefined {
  const { trying, accepted } = state.packages;
  const binary = trying ?? accepted ?? localBinary(state, core);
  return binary.facts === undefined ? undefined : { ...binary, facts: binary.facts };
}

/** The binary that supervisor.yaml names. */
export function localBinary({ identity }: State, { executable }: CoreSettings): AgentBinary {
  return { path: executable, facts: identity.binary };
}

/** True of the same version, or of the one that supervisor.yaml names, which is replaced without a word. */
export function sameBinary(a: AgentBinary | undefined, b: AgentBinary | undefined): boolean {
  return versionOfBinary(a) === versionOfBinary(b);
}

/** Which version a binary is; empty for the one that supervisor.yaml names. */
export function versionOfBinary(binary: AgentBinary | undefined): string {
  return binary?.package?.directory ?? "";
}

/** The binary that runs, or is to run. */
export function binaryInForce({
  agent: { process: agent },
  config: { target },
}: State): AgentBinary | undefined {
  return ("generation" in agent ? agent.generation : target)?.binary;
}

/** What is known of the binary that runs, or is to run. */
export function factsInForce(state: State): BinaryFacts | undefined {
  return binaryInForce(state)?.facts ?? state.identity.binary;
}

/** A binary in one text, to tell what one has said of itself from what another one has. */
export function nameOfBinary(binary: AgentBinary | undefined): string {
  return `${binary?.path ?? ""} ${binary?.facts?.version ?? ""}`;
}

/** What the extension has said of the binary that runs; what an earlier one has said of itself does not count. */
export function toldOfBinary(
  state: State,
): Partial<Pick<State["extension"], "description" | "components">> {
  const { description, components, toldBy } = state.extension;
  return toldBy === nameOfBinary(binaryInForce(state)) ? { description, components } : {};
}

/** What is known of binaries that servers have delivered; one that is not there any more gives way to the local one. */
export function withDelivered(
  state: State,
  factsOf: (binary: AgentBinary) => BinaryFacts | undefined,
): State {
  const known = (binary: AgentBinary): AgentBinary => {
    if (binary.package === undefined) return binary;
    const facts = factsOf(binary);
    return facts === undefined ? unknownBinary : { ...binary, facts };
  };
  const by = <One extends { readonly binary: AgentBinary }>(
    one: One | undefined,
  ): One | undefined => (one === undefined ? one : { ...one, binary: known(one.binary) });
  const { target, good, previous } = state.config;
  const { accepted, earlier, former, installed } = state.packages;
  const next = by(target);
  const there = accepted === undefined ? undefined : known(accepted);
  const lost = there !== undefined && there.package === undefined;
  const generation = by(former?.generation);
  return withPackages(
    withConfig(state, {
      target: next,
      good: target === good ? next : by(good),
      previous: by(previous),
    }),
    {
      accepted: lost ? undefined : there,
      earlier: by(earlier),
      former: lost || generation === undefined ? undefined : former && { ...former, generation },
      installed: lost ? installed.filter(({ kind }) => kind !== "agent") : installed,
    },
  );
}

/** Every configuration that is for the binary of supervisor.yaml is for this one. */
export function withBinary(state: State, binary: AgentBinary): State {
  const by = <One extends { readonly binary: AgentBinary }>(
    one: One | undefined,
  ): One | undefined =>
    one === undefined || one.binary.package !== undefined ? one : { ...one, binary };
  const { target, good, previous, candidate } = state.config;
  const { former, trying } = state.packages;
  const same = target !== undefined && target === good;
  const next = by(target);
  const known = withConfig(state, {
    target: next,
    good: same ? next : by(good),
    previous: by(previous),
    candidate: by(candidate),
  });
  const generation = by(former?.generation);
  const packages = {
    ...(former === undefined || generation === undefined
      ? {}
      : { former: { ...former, generation } }),
    ...(trying === undefined || trying.package !== undefined ? {} : { trying: binary }),
  };
  return Object.keys(packages).length === 0 ? known : withPackages(known, packages);
}

/** What a run is, once its file has answered; what its extension has said of it since it began stays its own. */
export function withRunOf(state: State, binary: AgentBinary): State {
  const { process: agent } = state.agent;
  if (!("generation" in agent)) return state;
  const { generation, run } = agent;
  if (generation.binary.package !== undefined || generation.binary.path !== binary.path)
    return state;
  const named = { ...agent, generation: { ...generation, binary } };
  const process = named.at === "reloading" ? { ...named, to: { ...named.to, binary } } : named;
  const known = withAgent(state, { process });
  const { link } = state.extension;
  const hasSpoken = link?.run === run && link.nextSequenceNum !== undefined;
  return hasSpoken ? withExtension(known, { toldBy: nameOfBinary(binary) }) : known;
}

/** True while offered connections or a binary are tried, each alone: what else is offered waits. */
export function triesAlone({ connections, packages }: State): boolean {
  return connections.trying !== undefined || packages.trying !== undefined;
}

/** The binary on trial does not work: back to the one before it. `until`: not tried again before that moment. */
export function binaryFailed(state: State, why: string, until: Instant): State {
  const { trying } = state.packages;
  if (trying === undefined) return state;
  return blamed(withPackages(state, { trying: undefined, unswept: true }), trying, why, until);
}

/** A binary that was in force turned out not to work later; the target is one that is for the binary before it. */
export function binaryTakenBack(state: State, why: string, until: Instant): State {
  const { accepted, installed } = state.packages;
  const binary = state.config.target?.binary;
  const left = installed.filter(({ kind }) => kind !== "agent");
  const back = withPackages(state, {
    accepted: binary?.package === undefined ? undefined : binary,
    installed:
      binary?.package === undefined
        ? left
        : [...left, { ...binary.package, kind: "agent", executable: binary.path }],
    former: undefined,
    trying: undefined,
    unswept: true,
  });
  return accepted === undefined ? back : blamed(back, accepted, why, until);
}

/** Its version is not tried again before `until`, wherever it is offered. */
function blamed(state: State, { package: from }: AgentBinary, why: string, until: Instant): State {
  if (from === undefined) {
    const { offer } = state.packages;
    const localFailure = { offer, generation: state.config.target?.number, why };
    return withPackages(state, { localFailure, attempt: undefined });
  }
  const { name, version, hash, contentHash } = from;
  const failed = {
    name,
    version,
    hash,
    contentHash,
    why,
    until,
    ran: true,
    again: "offer",
  } as const;
  return packageFailed(withPackages(state, { attempt: undefined }), failed);
}

/** The binary is tried once more, with the configuration that runs and nothing new beside it. */
export function triedAloneNext(state: State): State {
  const { trying } = state.packages;
  if (trying === undefined) return state;
  const ready = { binary: trying, alone: true };
  return withPackages(state, { trying: undefined, together: undefined, attempt: undefined, ready });
}

/** What the binary in force refuses is tried with the one that is on its way. */
export function heldForBinary(state: State, held: TogetherWith): State {
  const { verdict } = state.config;
  const note = `it is tried together with the collector that is being installed, because the one that runs refuses it: ${held.why}`;
  const told = verdict.is === "applying" ? { ...verdict, note } : verdict;
  return withPackages(withConfig(state, { candidate: undefined, verdict: told }), {
    together: held,
  });
}

/** True while a binary that a server has offered is being fetched, or waits for its turn. */
export function binaryOnItsWay({ packages: { underWay, ready } }: State): boolean {
  return underWay?.offered.kind === "agent" || ready?.alone === false;
}
