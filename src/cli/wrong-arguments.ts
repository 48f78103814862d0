import { nearest } from "../supervisor/settings/file/nearest.ts";

/** What the library for command lines says of arguments that it does not take. */
export interface ArgumentFault {
  readonly code: string;
  readonly message: string;
}

/** What is wrong, and what to type instead. */
export interface Advice {
  readonly wrong: string;
  readonly type: string;
}

const program = "opampsupervisor";

/** The commands, and how each is told which settings file it is about. */
const commands: ReadonlyMap<string, "needs a file" | "may have a file" | "no file"> = new Map([
  ["check", "needs a file"],
  ["explain", "needs a file"],
  ["retry", "needs a file"],
  ["status", "needs a file"],
  ["logs", "needs a file"],
  ["policy unit", "needs a file"],
  ["collector path", "may have a file"],
  ["collector install", "may have a file"],
  ["dev", "may have a file"],
  ["dev-server", "no file"],
  ["fleet list", "no file"],
  ["fleet send", "no file"],
  ["fleet watch", "no file"],
  ["fleet logs", "no file"],
  ["simulate", "no file"],
  ["version", "no file"],
  ["help", "no file"],
]);

/** What people call commands that have other names here; the empty one runs the supervisor. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["run", ""],
  ["start", ""],
  ["supervisor", ""],
  ["validate", "check"],
  ["test", "check"],
  ["lint", "check"],
  ["log", "logs"],
  ["tail", "logs"],
  ["health", "status"],
  ["ps", "status"],
]);

/** The two lines that a person needs who has typed something wrong. */
export function adviceText({ wrong, type }: Advice): string {
  return `${program}: ${wrong}\ntype: ${type}\n`;
}

/** Mistakes about the settings file that can be seen before anything else is read; undefined when there are none. */
export function fileMistake(args: readonly string[]): Advice | undefined {
  const { command, files, alias } = read(args);
  const type = usage(command, files[0]);
  if (alias !== undefined) {
    return { wrong: `unknown option ${alias}: the settings file is named with --config`, type };
  }
  if (files.length > 1) {
    const found = `found ${files.length}: ${files.join(", ")}`;
    return { wrong: `expected one settings file after --config, ${found}`, type };
  }
  if (files.length === 1 && files[0] === "") {
    return { wrong: "expected the path of a settings file after --config, found nothing", type };
  }
  return undefined;
}

/** What the library's words mean for a person. */
export function adviceFor(fault: ArgumentFault, args: readonly string[]): Advice {
  const typed = read(args);
  if (fault.code === "unknown-command") return unknownCommand(typed);
  const { command, files, strays } = typed;
  const stray = strays.find(looksLikeFile) ?? strays[0];
  const type = usage(command, files[0] ?? strays.find(looksLikeFile));
  if (fault.code === "commander.missingMandatoryOptionValue" || fault.code === "no-file") {
    return { wrong: missingFile(command, files, stray), type };
  }
  if (fault.code === "commander.optionMissingArgument" && /--config/.test(fault.message)) {
    return { wrong: "expected the path of a settings file after --config, found nothing", type };
  }
  if (fault.code === "commander.excessArguments" && stray !== undefined) {
    const wrong =
      files.length === 0 && looksLikeFile(stray) && commands.get(command) !== "no file"
        ? missingFile(command, files, stray)
        : `expected nothing more, found ${stray}`;
    return { wrong, type };
  }
  const words = fault.message.replace(/^error: /, "").replaceAll("\n", " ");
  return { wrong: words, type: `${type}, or ${program} help` };
}

function missingFile(command: string, files: readonly string[], stray: string | undefined): string {
  if (files.length > 0) return `expected --config after ${command}, found it in front of it`;
  return stray !== undefined && looksLikeFile(stray)
    ? `expected --config in front of the settings file, found ${stray} alone`
    : "expected the settings file after --config, found none";
}

function unknownCommand({ files, strays }: Typed): Advice {
  const words = strays.filter((each) => !looksLikeFile(each));
  const file = files[0] ?? strays.find(looksLikeFile);
  if (words.length === 0) return { wrong: missingFile("", files, file), type: usage("", file) };
  const names = [...commands.keys()];
  const [first = ""] = words;
  const below = names.filter((name) => name.startsWith(`${first} `));
  const word = below.length > 0 ? words.slice(0, 2).join(" ") : first;
  if (below.length > 0 && word === first) {
    const last = below.map((name) => name.slice(first.length + 1));
    const wrong = `expected ${last.join(" or ")} after ${first}, found nothing`;
    return { wrong, type: usage(below[0] ?? "") };
  }
  const meant = otherNames.get(word) ?? nearest(word, names);
  if (meant !== undefined) {
    const advice = meant === "" ? "the supervisor runs without one" : `did you mean ${meant}?`;
    return { wrong: `there is no command ${word}: ${advice}`, type: usage(meant, file) };
  }
  return {
    wrong: `there is no command ${word}; there are ${names.join(", ")}`,
    type: `${usage("", file)}, or ${program} help`,
  };
}

function usage(command: string, file = "FILE"): string {
  if (command === "") return `${program} --config=${file === "" ? "FILE" : file}`;
  const wanted = commands.get(command) ?? "no file";
  const named = wanted === "needs a file" || (wanted === "may have a file" && file !== "FILE");
  return `${program} ${command}${named ? ` --config ${file === "" ? "FILE" : file}` : ""}`;
}

interface Typed {
  /** Empty where no command is named. */
  readonly command: string;
  /** What stands behind each `--config`. */
  readonly files: readonly string[];
  /** Another option that was meant to be `--config`. */
  readonly alias: string | undefined;
  /** Words that belong to nothing. */
  readonly strays: readonly string[];
}

const aliases = /^(?:-c|-f|-config|--conf|--file|--config-file)(?:=(.*))?$/;

function read(args: readonly string[]): Typed {
  const files: string[] = [];
  const strays: string[] = [];
  let command = "";
  let alias: string | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? "";
    // What is no alias there: the logs are followed by it.
    if (/^(?:fleet )?logs$/.test(command) && word === "-f") continue;
    const [, other] = aliases.exec(word) ?? [];
    if (aliases.test(word)) alias ??= word.replace(/=.*/, "");
    if (word === "--config" || (aliases.test(word) && other === undefined)) {
      const next = args[at + 1];
      if (next === undefined || next.startsWith("-")) continue;
      files.push(next);
      at += 1;
    } else if (word.startsWith("--config=")) files.push(word.slice("--config=".length));
    else if (other !== undefined) files.push(other);
    else if (word.startsWith("-")) continue;
    else if (command === "" && commands.has(word)) command = word;
    else if (command === "" && commands.has(`${word} ${args[at + 1]}`)) {
      command = `${word} ${args[at + 1] ?? ""}`;
      at += 1;
    } else strays.push(word);
  }
  return { command, files, alias, strays };
}

function looksLikeFile(word: string): boolean {
  return /[./\\]/.test(word);
}
