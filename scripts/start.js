// `npm start`: from a fresh checkout to the console, a supervisor and a real collector. What stands after `--` goes to
// `opampsupervisor dev`: npm start -- --port 5320 --page 5321
import { join } from "node:path";
import { buildProgram, installPackages, root } from "./setup.js";

// npm passes SIGTERM on to its child alone, which `exec` in package.json has be this process, and SIGHUP to nobody. When npm
// is gone all ends as if it had.
const npm = process.ppid;
if (process.env.npm_lifecycle_event === "start") {
  const watch = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 500).unref();
}

// The console's token is nothing for npm and what packages have it run.
const { OPAMPSUPERVISOR_CONSOLE_TOKEN: token } = process.env;
delete process.env.OPAMPSUPERVISOR_CONSOLE_TOKEN;
await installPackages();
await buildProgram();
if (token !== undefined) process.env.OPAMPSUPERVISOR_CONSOLE_TOKEN = token;
const program = join(root, "bin/opampsupervisor.cjs");
process.argv = [process.execPath, program, "dev", ...process.argv.slice(2)];
await import("../dist/opampsupervisor.cjs");
