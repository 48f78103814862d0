import type { State } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { Instant } from "../state/time.ts";
import { heldOfferStep, paceDeadlines } from "./package-pace.ts";
import { fetchableAt, isUnderWay, missingPackages, nextToFetch } from "./wanted.ts";

/** The next step that packages need. */
export function packageStep(state: State, now: Instant): Step | undefined {
  const { underWay, unswept, trying, ready } = state.packages;
  if (state.desired.run === "down") return undefined;
  const read = heldOfferStep(state, now);
  if (read !== undefined) return read;
  if (underWay !== undefined) {
    return isWanted(state) ? undefined : { do: "stop-fetching" };
  }
  if (state.storage.problem !== undefined) return undefined;
  const offered = nextToFetch(state, now);
  if (offered !== undefined) return { do: "fetch-package", offered };
  if (!unswept || trying !== undefined || ready !== undefined) return undefined;
  const wanted = missingPackages(state).map(({ file }) => file.contentHash);
  return { do: "sweep-packages", keep: neededDirectories(state), wanted };
}

/** True as long as what is being fetched is still what the server offers. */
function isWanted({ packages: { underWay, offer, pinned } }: State): boolean {
  return !pinned && offer?.packages.some((one) => isUnderWay(underWay?.offered, one)) === true;
}

/** Where the versions lie that run, may be gone back to, or are add-ons in use. */
export function neededDirectories(state: State): readonly string[] {
  const { accepted, trying, ready, earlier, former, installed } = state.packages;
  const { target, good, previous, candidate } = state.config;
  const agent = state.agent.process;
  const running = "generation" in agent ? [agent.generation.binary] : [];
  const going = agent.at === "reloading" ? [agent.to.binary] : [];
  const generations = [target, good, previous, candidate, former?.generation];
  const binaries = [
    ...[accepted, trying, ready?.binary, earlier?.binary, ...running, ...going],
    ...generations.map((each) => each?.binary),
  ];
  const directories = binaries.map((each) => each?.package?.directory);
  const all = [...directories, ...installed.map(({ directory }) => directory)];
  return [...new Set(all.filter((each) => each !== undefined))].sort();
}

/** The moments at which time alone decides about packages. */
export function packageDeadlines(state: State): readonly Instant[] {
  const { former } = state.packages;
  return [
    ...(former === undefined ? [] : [former.until]),
    ...missingPackages(state).map((one) => fetchableAt(state, one)),
    ...paceDeadlines(state),
  ];
}
