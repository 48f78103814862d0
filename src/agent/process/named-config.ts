import { statSync } from "node:fs";

/** Which configuration a command line names: ours, only others, or none at all. */
export type NamedConfig =
  { readonly is: "ours" | "none" } | { readonly is: "other"; readonly names: readonly string[] };

/** Compares what a process was told to read with our file, by name and, where that can be seen, as one file. */
export function namedConfig(
  pid: number,
  words: readonly string[],
  configPath: string,
): NamedConfig {
  const values = configValues(words);
  const isOurs = (value: string): boolean => isSameFile(pid, value, configPath);
  // A wrapper may hand the path on without a flag.
  if (words.includes(configPath) || values.some(isOurs)) return { is: "ours" };
  return values.length === 0 ? { is: "none" } : { is: "other", names: values };
}

/** The values of `--config`, in each of the forms that Go's flag packages take. */
function configValues(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    const [, value] = /^--?config=(.*)$/s.exec(word) ?? [];
    if (value !== undefined) return [value];
    const next = words[index + 1];
    return /^--?config$/.test(word) && next !== undefined ? [next] : [];
  });
}

function isSameFile(pid: number, value: string, configPath: string): boolean {
  const path = value.replace(/^file:/, "");
  if (path === configPath) return true;
  try {
    // Its working directory and its mounts may be other ones than ours.
    const seen = `/proc/${pid}/${path.startsWith("/") ? `root${path}` : `cwd/${path}`}`;
    const [its, ours] = [statSync(seen), statSync(configPath)];
    return its.dev === ours.dev && its.ino === ours.ino;
  } catch {
    // Not there, not a file, or not for us to see.
    return false;
  }
}
