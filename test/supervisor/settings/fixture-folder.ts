import { realpathSync, mkdtempSync, rmSync, mkdirSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, dirname } from "node:path";
import { onTestFinished } from "vitest";
import {
  type SettingsResult,
  readSettings,
} from "../../../src/supervisor/settings/read/read-settings.ts";
import type { Problem } from "../../../src/supervisor/settings/file/problem.ts";
import type { Settings } from "../../../src/supervisor/settings/settings.ts";

/** A temp folder that is the working directory of one test. */
export interface Folder {
  readonly path: string;
  write(name: string, text: string): string;
  /** A file that may be executed. */
  program(name: string): string;
  /** Reads the text as supervisor.yaml of this folder. */
  read(text: string, environment?: Readonly<Record<string, string>>): SettingsResult;
}

export function createFolder(): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "settings-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  return {
    path,
    write,
    program(name) {
      const file = write(name, "#!/bin/sh\n");
      chmodSync(file, 0o755);
      return file;
    },
    read(text, environment = {}) {
      write("supervisor.yaml", text);
      return readSettings("supervisor.yaml", new Map(Object.entries(environment)), path);
    },
  };
}

/** Settings that lack nothing, with more lines for `agent` and more sections. */
export function complete(agentLines = "", sections = ""): string {
  return `server:\n  endpoint: ws://127.0.0.1:4320/v1/opamp\nagent:\n  executable: ./otelcol\n${agentLines}${sections}`;
}

/** A folder with the program that `complete` names. */
export function createAgentFolder(): Folder {
  const folder = createFolder();
  folder.program("otelcol");
  return folder;
}

/** The settings of a file that must have no errors. */
export function settingsOf({ settings, problems }: SettingsResult): Settings {
  if (settings !== undefined) return settings;
  throw new Error(problems.map((each) => `${each.path}: ${each.message}`).join("\n"));
}

/** What tests compare: never the prose. */
export function brief(problems: readonly Problem[]): readonly string[] {
  return problems.map(
    ({ severity, code, path, line, column }) => `${severity} ${code} ${path} ${line}:${column}`,
  );
}
