import { resolve } from "node:path";

/** A configuration that is not in a file yet. */
interface WrittenLayer {
  /** Of the file that it goes into. */
  readonly name: string;
  /** As the collector reads it: not a line break more. */
  readonly text: string;
}

/** What a collector's command line becomes under the supervisor. */
export type CarriedArguments =
  | {
      readonly is: "carried";
      /** Paths of files and names of written layers, later ones win. */
      readonly configs: readonly (string | WrittenLayer)[];
      readonly args: readonly string[];
    }
  | { readonly is: "refused"; readonly why: string };

/** What the arguments are read with. */
export interface Running {
  /** Where relative paths begin. */
  readonly directory: string;
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Splits the arguments of a running collector into configurations, which become the local ones of the supervisor, and the
 * rest, which its collector is given again. What is set by `--set` wins, as it does in the collector.
 */
export function carriedArguments(args: readonly string[], running: Running): CarriedArguments {
  const configs: (string | WrittenLayer)[] = [];
  const sets: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? "";
    const [, name = "", , inline] = /^--?(config|set)(=([\s\S]*))?$/.exec(argument) ?? [];
    if (name === "") {
      rest.push(argument);
      continue;
    }
    const value = inline ?? args[(at += 1)];
    if (value === undefined) return refused(`${argument} names nothing`);
    if (name === "set") {
      const text = setting(value);
      // Only the key: what is set may be a secret.
      const [key = ""] = value.split("=");
      if (text === undefined) return refused(`--set=${key}: expected KEY=VALUE on one line`);
      sets.push(text);
      continue;
    }
    const config = configOf(value, running, configs.length + 1);
    if (typeof config === "object" && "why" in config) return refused(config.why);
    configs.push(config);
  }
  const layers = sets.map((text, index) => ({ name: `set-${index + 1}.yaml`, text }));
  if (configs.length + layers.length === 0) return refused("it has no --config");
  return { is: "carried", configs: [...configs, ...layers], args: rest };
}

function refused(why: string): CarriedArguments {
  return { is: "refused", why };
}

function configOf(
  value: string,
  { directory, variables }: Running,
  number: number,
): string | WrittenLayer | { readonly why: string } {
  const [, scheme = "file", rest = value] = /^([a-zA-Z][\w+.-]+):([\s\S]*)$/.exec(value) ?? [];
  switch (scheme) {
    case "file":
      return resolve(directory, rest);
    case "yaml":
      return { name: `yaml-${number}.yaml`, text: rest };
    case "env": {
      const text = variables.get(rest);
      if (text === undefined) return { why: `--config=${value}: that variable is not set` };
      return { name: `env-${number}.yaml`, text };
    }
    default:
      return {
        why: `--config=${scheme}:…: only files, yaml: and env: can be taken over; put what is there into a file`,
      };
  }
}

/** `a.b.c=text` as YAML, as the collector itself does it. */
function setting(value: string): string | undefined {
  const [, key = "", text = ""] = /^([^=\n]+)=([^\n]*)$/.exec(value) ?? [];
  return key === "" ? undefined : `${key.replaceAll(".", "::")}: ${text}\n`;
}
