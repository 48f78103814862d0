import { closeSync, openSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { gather } from "../../doctor/bundle/gather.ts";
import { tarGz } from "../../doctor/bundle/write-tar.ts";
import { examine } from "../../doctor/examine.ts";
import { examinationJson } from "../../doctor/judge/examination-json.ts";
import { messageOf, systemCodeOf } from "../../errors.ts";
import { readWithSources } from "../../supervisor/settings/read/read-with-sources.ts";
import { askSupervisor } from "../ask-supervisor.ts";
import { exitCode } from "../exit.ts";
import type { CliSurroundings } from "../surroundings.ts";

/** What the command line asks. */
export interface DiagnoseOptions {
  readonly config: string;
  readonly output?: string;
}

/** Writes a bundle for a bug report and says what is in it; gives back the exit code. */
export async function diagnose(
  { config, output }: DiagnoseOptions,
  surroundings: CliSurroundings,
): Promise<{ readonly code: number; readonly unfinished: boolean }> {
  const { environment, workingDirectory, version, out, err } = surroundings;
  const now = new Date();
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const path = resolve(workingDirectory, output ?? `opampsupervisor-${stamp}.tar.gz`);
  let file: number;
  try {
    // Made before the work, and never in the place of another file or through a link.
    file = openSync(path, "wx", 0o600);
  } catch (error) {
    const why =
      systemCodeOf(error) === "EEXIST" ? "there is a file of that name" : messageOf(error);
    err(
      `opampsupervisor: expected to write ${path}, found: ${why}; name another one with --output\n`,
    );
    return { code: exitCode.couldNotRun, unfinished: false };
  }
  const examination = await examine(config, surroundings);
  const { settings, draft } = await readWithSources(config, { environment, workingDirectory });
  const known = settings ?? draft?.settings;
  // Where the storage does not answer, nothing else is read there.
  const reachable = examination.unfinished ? undefined : known;
  const status = reachable === undefined ? undefined : await statusOf(reachable.storage.directory);
  const files = gather({
    file: resolve(workingDirectory, config.replace(/^file:(?:\/\/)?/, "")),
    settings: reachable,
    ...{ environment, version, status },
    examination: examinationJson(version, examination),
  });
  try {
    writeFileSync(file, tarGz(files, now.getTime()));
  } finally {
    closeSync(file);
  }
  const list = files.map(({ name, text }) => `  ${name} (${Buffer.byteLength(text)} bytes)\n`);
  out(`${path}, which only you may read, has\n${list.join("")}`);
  out(
    "What looks like a secret was replaced. Nothing was sent anywhere: look into it before you do.\n",
  );
  return { code: exitCode.stopped, unfinished: examination.unfinished };
}

/** Undefined where none runs, and where one of an older version does not know the question. */
async function statusOf(directory: string): Promise<unknown> {
  try {
    return await askSupervisor(directory, "GET", "/status");
  } catch {
    // The findings say whether one runs.
    return undefined;
  }
}
