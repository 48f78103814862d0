import type { Library, SavedGroup, SavedVersion } from "./library.ts";
import { parseQuery, queryFinds, type QueriedAgent, type Query } from "./query.ts";

/** What a new agent gets, and why. */
export interface FirstConfiguration {
  readonly group: string;
  readonly configuration: string;
  readonly version: SavedVersion;
}

/**
 * What an agent gets at its first connection: the newest proven version for the first group, by name, that it belongs to.
 * Groups without a configuration are no more than saved queries.
 */
export function firstConfigurationFor(
  { groups, configurations }: Library,
  agent: QueriedAgent,
  isUnproven: (name: string, version: number) => boolean,
): FirstConfiguration | undefined {
  const giving = [...groups.values()].filter(({ configuration }) => configuration !== undefined);
  const inOrder = giving.sort((a, b) => (a.name < b.name ? -1 : 1));
  const group = inOrder.find((each) => queryFinds(queryOf(each), agent));
  const configuration = group?.configuration;
  if (group === undefined || configuration === undefined) return undefined;
  const versions = configurations.get(configuration)?.versions;
  const version = versions?.find((each) => !isUnproven(configuration, each.version));
  return version === undefined ? undefined : { group: group.name, configuration, version };
}

/** A group's query; what was saved was understood, so what is not finds nobody. */
export function queryOf({ query }: SavedGroup): Query {
  const parsed = parseQuery(query);
  return "problem" in parsed ? { anyOf: [] } : parsed;
}
