// `npm run test:faults [-- FILE...]`: what goes wrong for longer than a test of `npm test` lasts, against the program as it is
// shipped and a real collector. What is missing here (a C compiler, the right to mount) is skipped, and the skip says why.
import { runProject } from "./ring.js";

await runProject("faults");
