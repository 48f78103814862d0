import { factsOf, identifyBinary } from "../../agent/binary/identify.ts";
import { validateConfig } from "../../agent/binary/validate.ts";
import type { BinaryFacts } from "../../agent-config/config.ts";
import type { Wall } from "../../agent/process/wall.ts";
import { messageOf } from "../../errors.ts";
import { redact } from "../../redact.ts";
import { agentArguments } from "./agent-arguments.ts";
import { extensionProbe } from "./extension-source.ts";
import type { InUse } from "./in-use.ts";

/** What came of a look at a command line: what its program is, or why the agent would not run with it. */
export type CommandCheck =
  | { readonly is: "good"; readonly facts: BinaryFacts }
  | { readonly is: "bad"; readonly why: string };

/** What a command line is looked at with. */
interface Trying {
  /** The settings that it is part of. */
  readonly next: Pick<InUse, "settings" | "environment">;
  /** The variables that a look at a configuration needs. */
  readonly variables: Readonly<Record<string, string>>;
  /** The configurations that it may be run with, the running one first; one that is good with it is enough. */
  readonly texts: (facts: BinaryFacts) => readonly string[];
  /** Of files that only this look uses. */
  readonly scratchPath: (name: "form" | "text") => string;
  /** What will confine the agent. Throws where it may not run without. */
  readonly wall: () => Wall;
}

/**
 * Looks at a new command line of the agent before the running one is given up for it: its program has to be a collector,
 * and where it can validate it has to take a configuration with these arguments and this environment.
 */
export async function checkCommand({
  next: { settings, environment },
  variables,
  texts,
  scratchPath,
  wall,
}: Trying): Promise<CommandCheck> {
  const { executable } = settings.agent;
  const env = { ...Object.fromEntries(environment), ...variables };
  try {
    const confined = { wall: wall() };
    const answers = await identifyBinary(executable, env, scratchPath("form"), extensionProbe);
    const facts = factsOf(answers);
    const args = agentArguments(settings.agent, facts);
    const path = scratchPath("text");
    let refusal: string | undefined;
    for (const text of facts.validates ? texts(facts) : []) {
      const validation = await validateConfig(executable, args, env, text, path, confined);
      if (validation.is === "valid") return { is: "good", facts };
      refusal ??= validation.why;
    }
    if (refusal === undefined) return { is: "good", facts };
    const why = `${executable} with the new agent.args and agent.env refuses the configuration that runs now: ${redact(refusal)}`;
    return { is: "bad", why };
  } catch (error) {
    return { is: "bad", why: redact(messageOf(error)) };
  }
}
