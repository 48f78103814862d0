// `npm run test:fuzz [-- FILE...]`: random input for all that reads what others have written, a minute for each property.
import { runProject } from "./ring.js";

await runProject("fuzz");
