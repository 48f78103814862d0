import type { CliSurroundings } from "../../../src/cli/surroundings.ts";

/** What a command said, and how it ended. */
export interface Heard {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in a folder, without a terminal. */
export async function heard(
  folder: string,
  variables: Readonly<Record<string, string>>,
  run: (surroundings: CliSurroundings) => Promise<number>,
): Promise<Heard> {
  const said = { out: "", err: "" };
  const code = await run({
    environment: new Map(Object.entries(variables)),
    ...{ workingDirectory: folder, packageDirectory: folder, version: "0" },
    ...{ terminal: false, columns: 80 },
    out: (words) => void (said.out += words),
    err: (words) => void (said.err += words),
  });
  return { code, ...said };
}
