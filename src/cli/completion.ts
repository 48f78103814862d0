import type { Command, Option } from "commander";

/** The shells that a script can be made for. */
export const shells = ["bash", "zsh", "fish"] as const;

type Shell = (typeof shells)[number];

/** One command line as far as its commands: `package list`. */
interface Node {
  /** Empty for the program itself. */
  readonly path: string;
  readonly commands: readonly Entry[];
  readonly options: readonly OptionEntry[];
}

interface Entry {
  readonly name: string;
  readonly about: string;
}

interface OptionEntry {
  readonly names: readonly string[];
  readonly about: string;
  /** `files` and `folders` are completed; `other` is for the user to know. */
  readonly value: "none" | "files" | "folders" | "other";
}

/** The script that completes this program's command lines, made of the commands as they are declared. */
export function completionScript(program: Command, shell: Shell): string {
  const nodes = nodesOf(program, "");
  if (shell === "fish") return fish(program.name(), nodes);
  // The same function does for both: zsh brings a layer for the completions of bash.
  const intro =
    shell === "zsh"
      ? `#compdef ${program.name()}\nautoload -U +X bashcompinit && bashcompinit\n`
      : "";
  return `${intro}${bash(program.name(), nodes)}`;
}

function nodesOf(command: Command, path: string): readonly Node[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const own: Node = {
    path,
    commands: commands.map((each) => ({ name: each.name(), about: each.description() })),
    options: help.visibleOptions(command).map(optionEntry),
  };
  // What commander adds by itself is no command of its own tree.
  const below = command.commands.flatMap((each) => nodesOf(each, `${path} ${each.name()}`.trim()));
  return [own, ...below];
}

function optionEntry(option: Option): OptionEntry {
  const names = [option.short, option.long].filter((name) => name != null);
  const takesValue = option.required || option.optional;
  const placeholder = /<(\w+)>|\[(\w+)\]/.exec(option.flags)?.[0] ?? "";
  const value = !takesValue
    ? "none"
    : /file|path/.test(placeholder)
      ? "files"
      : /folder|directory/.test(placeholder)
        ? "folders"
        : "other";
  return { names, about: option.description, value };
}

function bash(name: string, nodes: readonly Node[]): string {
  const paths = nodes.map(({ path }) => quoted(path)).join(" ");
  const words = nodes.map(({ path, commands, options }) => {
    const all = [...commands.map((each) => each.name), ...options.flatMap(({ names }) => names)];
    return `    ${quoted(path)}) words=${quoted(all.join(" "))} ;;`;
  });
  const valued = (value: OptionEntry["value"]): string =>
    nodes
      .flatMap(({ path, options }) =>
        options
          .filter((each) => each.value === value)
          .flatMap(({ names }) => names.map((each) => quoted(`${path}:${each}`))),
      )
      .join("|");
  const branch = (value: OptionEntry["value"], act: string): string =>
    valued(value) === "" ? "" : `    ${valued(value)}) ${act}; return ;;\n`;
  return `_${name}() {
  local path="" words="" word at next option cur="\${COMP_WORDS[COMP_CWORD]}" prev
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    next="\${path:+$path }$word"
    for option in ${paths}; do
      if [[ -n $option && $option == "$next" ]]; then path="$next"; break; fi
    done
  done
  prev="\${COMP_WORDS[COMP_CWORD-1]}"
  # \`--config=FILE\` comes as three words.
  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  case "$path:$prev" in
${branch("files", `compopt -o filenames 2>/dev/null; local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur"))`)}${branch("folders", `compopt -o filenames 2>/dev/null; local IFS=$'\\n'; COMPREPLY=($(compgen -d -- "$cur"))`)}${branch("other", "return")}  esac
  case "$path" in
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _${name} ${name}
`;
}

function fish(name: string, nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ path, commands, options }) => {
    const where = path === "" ? "__fish_use_subcommand" : condition(path, commands);
    const line = (rest: string, about: string): string =>
      `complete -c ${name} -n ${quoted(where)} ${rest} -d ${quoted(about)}`;
    return [
      ...commands.map((each) => line(`-f -a ${each.name}`, each.about)),
      ...options.map(({ names, about, value }) => {
        const flags = names.map((each) =>
          each.startsWith("--") ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`,
        );
        const files =
          value === "files" || value === "folders" ? "-r -F" : value === "other" ? "-x" : "-f";
        return line(`${flags.join(" ")} ${files}`, about);
      }),
    ];
  });
  return `complete -c ${name} -f\n${lines.join("\n")}\n`;
}

function condition(path: string, commands: readonly Entry[]): string {
  const seen = path
    .split(" ")
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join("; and ");
  if (commands.length === 0) return seen;
  return `${seen}; and not __fish_seen_subcommand_from ${commands.map((each) => each.name).join(" ")}`;
}

/** As all three shells take it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
