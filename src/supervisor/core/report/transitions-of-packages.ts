import type { Event } from "../state/event.ts";
import type { AgentBinary } from "../state/generation.ts";
import type { State } from "../state/state.ts";
import type { Found } from "./transition.ts";

/** What has happened to packages and to the agent's binary between two states. */
export function packageTransitions(before: State, after: State, event: Event): readonly Found[] {
  const { packages: was } = before;
  const { packages: now } = after;
  if (was === now) return [replaced(after, event)];
  const lost =
    event.on === "package-lost" ? { is: event.on, executable: event.executable } : undefined;
  return [
    lost,
    offered(before, after),
    fetched(event),
    ...failures(before, after),
    tried(before, after),
  ]
    .concat([inForce(before, after), pinned(before, after)])
    .filter((one) => one !== undefined);
}

/** The next start does not take it where a version of a server's is in force. */
function replaced({ packages: { accepted } }: State, { on }: Event): Found {
  return on === "binary-replaced" && accepted === undefined ? { is: "binary-replaced" } : undefined;
}

function offered({ packages: was }: State, { packages: { offer } }: State): Found {
  if (offer === undefined || offer === was.offer) return undefined;
  const packages = offer.packages.map(({ name, version }) => `${name} ${version}`.trim());
  return { is: "packages-offered", packages, reason: offer.problem };
}

function fetched(event: Event): Found {
  if (event.on === "package-fetched") {
    const { name, version } = event.offered;
    return { is: "package-fetched", name, version };
  }
  if (event.on !== "step-begun" || event.step.do !== "fetch-package") return undefined;
  const { name, version } = event.step.offered;
  return { is: "package-fetch-begun", name, version };
}

function failures({ packages: was }: State, { packages: now }: State): readonly Found[] {
  return now.failures
    .filter((one) => !was.failures.includes(one))
    .map(({ name, version, why: reason, again }) => ({
      is: "package-failed",
      ...{ name, version, reason },
      again: again === "wait",
    }));
}

function tried({ packages: was }: State, { packages: { trying } }: State): Found {
  if (trying === undefined || trying === was.trying) return undefined;
  return { is: "binary-tried", ...named(trying) };
}

function inForce({ packages: was, config }: State, { packages: now }: State): Found {
  if (now.accepted?.path === was.accepted?.path) return undefined;
  const binary = now.accepted ?? was.trying ?? config.previous?.binary;
  return binary === undefined ? undefined : { is: "binary-in-force", ...named(binary) };
}

function named({ path, package: from, facts }: AgentBinary): {
  readonly version: string;
  readonly executable: string;
} {
  return { version: from?.version ?? facts?.version ?? "", executable: path };
}

function pinned({ packages: was }: State, { packages: now }: State): Found {
  if (was.pinned === now.pinned) return undefined;
  return now.pinned ? { is: "binary-pinned" } : { is: "binary-unpinned" };
}
