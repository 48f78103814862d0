import type { AgentDescription, KeyValue, AnyValue } from "../../../opamp-client/wire/messages.ts";
import { factsInForce, toldOfBinary } from "../config/binary.ts";
import type { State } from "../state/state.ts";

/** What is said of the agent that does not come from the agent. */
export interface DescriptionSources {
  /** Name of the agent as long as the binary has not said its own; empty: none. */
  readonly fallbackName: string;
  readonly host: ReadonlyMap<string, string>;
  readonly identifying: ReadonlyMap<string, string>;
  readonly nonIdentifying: ReadonlyMap<string, string>;
}

/**
 * Who the agent is: what we know, refined by what its configuration and its own extension say, and over all of it what
 * the operator wrote. The instance id is never the extension's to say.
 */
export function descriptionOf(state: State, sources: DescriptionSources): AgentDescription {
  const { identity, agent, config } = state;
  const { uid } = identity;
  const binary = factsInForce(state);
  const { description } = toldOfBinary(state);
  const name = binary?.name ?? sources.fallbackName;
  const known = new Map<string, string>();
  if (name !== "") known.set("service.name", name);
  if (binary !== undefined && binary.version !== "") known.set("service.version", binary.version);
  // Between two runs the agent stays who it was.
  const { process: child } = agent;
  const generation = "generation" in child ? child.generation : config.target;
  const resource = generation?.config.resource ?? {};
  return {
    identifyingAttributes: joined(
      texts(known),
      texts(new Map(Object.entries(resource))),
      description?.identifyingAttributes,
      texts(new Map([["service.instance.id", uid], ...sources.identifying])),
    ),
    nonIdentifyingAttributes: joined(
      texts(sources.host),
      description?.nonIdentifyingAttributes?.filter(({ key }) => !isOurs(key, sources)),
      texts(sources.nonIdentifying),
    ),
  };
}

/** The extension words this one more briefly. A text that changes soon after each start would be told twice. */
function isOurs(key: string, { host }: DescriptionSources): boolean {
  return key === "os.description" && host.has(key);
}

/** The same as attributes of the agent's telemetry. */
export function agentResource(state: State, sources: DescriptionSources): readonly KeyValue[] {
  const { identifyingAttributes = [], nonIdentifyingAttributes = [] } = descriptionOf(
    state,
    sources,
  );
  return [...identifyingAttributes, ...nonIdentifyingAttributes];
}

function texts(entries: ReadonlyMap<string, string>): readonly KeyValue[] {
  return [...entries].map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** Later ones win; in the order of their names. */
function joined(...all: readonly (readonly KeyValue[] | undefined)[]): readonly KeyValue[] {
  const values = new Map<string, AnyValue>();
  for (const { key, value } of all.flatMap((each) => each ?? [])) values.set(key, value ?? {});
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => ({ key, value }));
}
