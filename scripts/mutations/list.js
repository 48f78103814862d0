// All ways in which `npm run test:mutations` breaks the program: a text that occurs once in a file becomes another one.
import { readFileSync } from "node:fs";
import { agentLife } from "./agent.js";
import { configuration } from "./configuration.js";
import { rollouts } from "./console.js";
import { rules } from "./rules.js";
import { server } from "./server.js";

export const mutations = [...configuration, ...agentLife, ...server, ...rules, ...rollouts];

/** The broken text of a file, or what is wrong with the entry: code moves on, and the list has to go with it. */
export function broken({ file, find, replace, breaks }) {
  const text = readFileSync(file, "utf8");
  const times = text.split(find).length - 1;
  if (times === 1) return { text: text.replace(find, () => replace) };
  const expected = `"${breaks}": expected this text once in ${file}, found it ${times} times`;
  return { problem: `${expected}: ${find}\nWrite in scripts/mutations what stands there now.` };
}
