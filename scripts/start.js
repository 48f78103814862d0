// `npm start`: from a fresh checkout to a development server, a supervisor and a real collector.
import { join } from "node:path";
import { buildProgram, installPackages, root } from "./setup.js";

await installPackages();
await buildProgram();
process.argv = [process.execPath, join(root, "bin/opampsupervisor.cjs"), "dev"];
await import("../dist/opampsupervisor.cjs");
