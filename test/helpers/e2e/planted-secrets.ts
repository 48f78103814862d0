import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Stands in every secret of the e2e tests, and nowhere else. */
export const secretMark = "planted-secret";

const variable = "PLANTED_VARIABLE";

/** What a daemon with these settings finds in its environment, and only its own headers refer to. */
export function plantedEnvironment(settings: string): Readonly<Record<string, string>> {
  return settings.includes(variable) ? { [variable]: `${secretMark}-of-a-variable` } : {};
}

/** Headers with secrets, on the line that names the server, so that no line of the settings moves. */
export function withPlantedSecrets(supervisorYaml: string): string {
  // Read back from a file into which they were put already, or with headers of the test's own.
  if (supervisorYaml.includes(variable) || /\bheaders: /.test(supervisorYaml))
    return supervisorYaml;
  const headers = `headers: {X-Text: "${secretMark}-of-a-text", X-Variable: "\${env:${variable}:-none}"}`;
  return supervisorYaml
    .replace(/^server: \{/m, `server: {${headers}, `)
    .replace(/^server:\n {2}endpoint: (\S+)\n(?! )/m, `server:\n  {endpoint: "$1", ${headers}}\n`);
}

const sent = new Set<() => string>();

/** Has what a server received searched at the end of this test too. */
export function searchSent(said: () => string): void {
  sent.add(said);
  onTestFinished(() => void sent.delete(said));
}

/** Files that are meant to hold secrets: whoever wrote them put them there. */
const mayHoldSecrets: ReadonlySet<string> = new Set(["supervisor.yaml", "token"]);

/** Where a planted secret is that should be nowhere: in what a daemon said, sent, wrote, or shows to `ps`. */
export function findSecrets(folder: string, said: Readonly<Record<string, string>>): string[] {
  const heard = [...sent].map((each, index) => [`sent to server ${index + 1}`, each()] as const);
  const places = [...Object.entries(said), ...heard].filter(([, text]) => holdsSecret(text));
  return [...places.map(([place]) => place), ...filesWithSecrets(folder)];
}

/** The command line of a process; empty when there is none. */
export function commandLineOf(pid: number): string {
  return readOf(`/proc/${pid}/cmdline`);
}

/** The planted variable, where a process has it. */
export function plantedVariableOf(pid: number): string {
  const environment = readOf(`/proc/${pid}/environ`).split("\0");
  return environment.filter((each) => each.startsWith(variable)).join();
}

function filesWithSecrets(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !mayHoldSecrets.has(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => holdsSecret(readOf(path)));
}

function readOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // It is gone, with its process or in the moment before.
    return "";
  }
}

// As it is, or in base64, where it begins at one of three places of a group.
const forms = [
  secretMark,
  ...["", "x", "xx"].map((before) => btoa(`${before}${secretMark}`).slice(4, -4)),
];

function holdsSecret(text: string): boolean {
  return forms.some((form) => text.includes(form));
}
