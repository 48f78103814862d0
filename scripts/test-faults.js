// `npm run test:faults [-- FILE...]`: what goes wrong for longer than a test of `npm test` lasts, against the program as it is
// shipped and a real collector.
import { runProject } from "./ring.js";

await runProject("faults");
