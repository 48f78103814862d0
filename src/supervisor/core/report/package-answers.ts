import { localBinary } from "../config/binary.ts";
import { failureOfPackage, isBeingTried, isInstalled, isUnderWay } from "../packages/wanted.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { AgentBinary } from "../state/generation.ts";
import type { OfferedPackage } from "../state/packages.ts";
import type { State } from "../state/state.ts";

/** What a person is told who asks which versions there are; plain data, for programs too. */
export interface PackageList {
  readonly runs: BinaryLine;
  /** What `package rollback` goes back to; undefined where there is nothing. */
  readonly rollsBackTo: BinaryLine | undefined;
  readonly pinned: boolean;
  readonly offered: readonly OfferLine[];
  readonly addons: readonly {
    readonly name: string;
    readonly version: string;
    readonly directory: string;
  }[];
}

interface BinaryLine {
  readonly version: string;
  readonly executable: string;
}

interface OfferLine {
  readonly name: string;
  readonly version: string;
  readonly state: "in use" | "being fetched" | "being tried" | "failed" | "waiting";
  readonly reason: string | undefined;
}

/** Which version runs, which may be gone back to, and what was offered. */
export function packageList(state: State, core: CoreSettings): PackageList {
  const { accepted, earlier, pinned, offer, installed } = state.packages;
  return {
    runs: lineOf(accepted ?? localBinary(state, core)),
    rollsBackTo: earlier === undefined ? undefined : lineOf(backTo(earlier.binary, state, core)),
    pinned,
    offered: (offer?.packages ?? []).map((one) => offerLine(state, one)),
    addons: installed
      .filter(({ kind }) => kind === "addon")
      .map(({ name, version, directory }) => ({ name, version, directory })),
  };
}

function backTo(binary: AgentBinary, state: State, core: CoreSettings): AgentBinary {
  return binary.package === undefined ? localBinary(state, core) : binary;
}

function lineOf({ path, package: from, facts }: AgentBinary): BinaryLine {
  return { version: from?.version ?? facts?.version ?? "", executable: path };
}

function offerLine(state: State, one: OfferedPackage): OfferLine {
  const { name, version } = one;
  const failure = failureOfPackage(state, one);
  const reason = one.problem ?? failure?.why;
  if (isInstalled(state, one)) return { name, version, state: "in use", reason: undefined };
  if (isUnderWay(state.packages.underWay?.offered, one)) {
    return { name, version, state: "being fetched", reason: undefined };
  }
  if (isBeingTried(state, one)) return { name, version, state: "being tried", reason: undefined };
  const failed = one.problem !== undefined || failure?.again === "offer";
  return { name, version, state: failed ? "failed" : "waiting", reason };
}

/** What a person is told who wants the former version back. */
export function rollbackAnswer(before: State, after: State): string {
  if (after.desired.run === "down") return "the supervisor is stopping: nothing is changed";
  if (before.packages.trying !== undefined) {
    return "another version is being tried at this moment: ask again when that has come to an end (opampsupervisor package list)";
  }
  const { earlier, accepted } = before.packages;
  if (earlier === undefined) {
    return "nothing to go back to: no version that a server has delivered was taken up within the last seven days";
  }
  const version = accepted?.package?.version ?? "the version that runs";
  return `going back from ${version}; it is not taken again until another one is offered, and the log says how it ends`;
}

/** What a person is told who keeps the version that runs, or does not any more. */
export function pinAnswer(before: State, after: State): string {
  const { pinned } = after.packages;
  if (pinned === before.packages.pinned) {
    return pinned ? "it was pinned already" : "it was not pinned";
  }
  return pinned
    ? "the version that runs stays, whatever is offered"
    : "what is offered is taken again";
}
