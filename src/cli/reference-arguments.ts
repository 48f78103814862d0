/** A command line in our words, and the feature gates in it that mean nothing here. */
export interface OurArguments {
  readonly args: readonly string[];
  readonly idleGates: readonly string[];
}

/** What this gate of the reference permits needs no permission here. */
const needlessGate = "opampsupervisor.Extensions";

/**
 * A start as it is written for the reference: its flags have one dash or two, and gates have to be named there before
 * extensions may be used. Where anything else stands between them it is no such start, and stays as it is.
 */
export function fromReference(args: readonly string[]): OurArguments {
  const ours: string[] = [];
  const gates: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [, name, inline] = /^--?(config|feature-gates)(?:=(.*))?$/s.exec(args[at] ?? "") ?? [];
    if (name === undefined) return { args, idleGates: [] };
    if (inline === undefined) at += 1;
    const value = inline ?? args[at];
    if (value === undefined) return { args, idleGates: [] };
    if (name === "config") ours.push("--config", value);
    else gates.push(...value.split(",").map((gate) => gate.trim().replace(/^[+-]/, "")));
  }
  return { args: ours, idleGates: gates.filter((gate) => gate !== "" && gate !== needlessGate) };
}
