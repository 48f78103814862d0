/** A command line in our words, and what in it means nothing here. */
export interface OurArguments {
  readonly args: readonly string[];
  /** For whoever typed it. */
  readonly notes: readonly string[];
}

/** What this gate of the reference permits needs no permission here. */
const needlessGate = "opampsupervisor.Extensions";

/**
 * A start as it is written for the reference: its flags have one dash or two, and gates have to be named there before
 * extensions may be used. The last --config counts, because an image may have one of its own. Where anything else stands
 * between them it is no such start, and stays as it is.
 */
export function fromReference(args: readonly string[]): OurArguments {
  const files: string[] = [];
  const gates: string[] = [];
  const unknown = { args, notes: [] };
  for (let at = 0; at < args.length; at += 1) {
    // A variable of a unit or a script that is empty.
    if (args[at] === "") continue;
    if (args[at] === "-help") return { args: ["--help"], notes: [] };
    const [, name, inline] = /^--?(config|feature-gates)(?:=(.*))?$/s.exec(args[at] ?? "") ?? [];
    if (name === undefined) return unknown;
    if (inline === undefined) at += 1;
    const value = inline ?? args[at];
    if (value === undefined) return unknown;
    if (name === "config") files.push(value);
    else gates.push(...value.split(",").map((gate) => gate.trim().replace(/^[+-]/, "")));
  }
  const last = files.at(-1);
  return { args: last === undefined ? [] : ["--config", last], notes: notesOn(files, gates) };
}

function notesOn(files: readonly string[], gates: readonly string[]): readonly string[] {
  const idle = gates.filter((gate) => gate !== "" && gate !== needlessGate);
  return [
    ...(new Set(files).size > 1 ? ["of several files after --config the last one counts"] : []),
    ...idle.map((gate) => `the feature gate ${gate} has no effect here`),
  ];
}
