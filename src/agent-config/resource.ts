import { type YAMLMap, isMap, isSeq } from "yaml";
import { nodeAt, textAt } from "./yaml/nodes.ts";

const keys = ["service.name", "service.namespace", "service.version"] as const;

/**
 * What a joined configuration says of the agent's name, namespace and version in its own telemetry. A value with a
 * reference (`${…}`) is left out, because it is not known here.
 */
export function resourceOf(root: YAMLMap): Readonly<Record<string, string>> {
  const at = ["service", "telemetry", "resource"];
  const resource = nodeAt(root, at);
  if (!isMap(resource)) return {};
  const list = nodeAt(resource, ["attributes"]);
  const valueOf = (key: string): string | undefined => {
    if (!isSeq(list)) return textAt(resource, [key]);
    const found = list.items.filter((item) => isMap(item) && textAt(item, ["name"]) === key);
    const last = found.at(-1);
    return isMap(last) ? textAt(last, ["value"]) : undefined;
  };
  const said = keys.flatMap((key) => {
    const text = valueOf(key);
    return text === undefined || text.includes("${") ? [] : [[key, text.replaceAll("$$", "$")]];
  });
  return Object.fromEntries(said) as Record<string, string>;
}
