// `npm run test:systems [-- FILE...]`: the tests that need more of the machine than a collector, as a C compiler. What is
// missing here is skipped, with the reason, and counted as such.
import { runProject } from "./ring.js";

await runProject("systems");
