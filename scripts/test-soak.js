// `npm run test:soak [-- --minutes 30] [--seed N]`: everything at random against the program as it is shipped, while what it
// holds is sampled. The samples and a plot of them are in a folder that is printed; growth fails it.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runProject } from "./ring.js";
import { giveUp } from "./setup.js";

const { values } = parseArgs({
  options: { minutes: { type: "string" }, seed: { type: "string" } },
});
const { minutes = "30", seed = "" } = values;
if (!(Number(minutes) > 0)) giveUp(`expected --minutes to be a number above 0, found: ${minutes}`);
if (seed !== "" && !(Number(seed) > 0)) {
  giveUp(`expected --seed to be a number above 0, found: ${seed}`);
}
const when = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
const folder = join(process.cwd(), "soak-results", when);
process.stdout.write(`Samples and plot: ${folder}\n`);
await runProject("soak", [], {
  ...{ SOAK_MINUTES: minutes, SOAK_RESULTS: folder },
  ...(seed === "" ? {} : { FAULTS_SEED: seed }),
});
