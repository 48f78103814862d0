// Leaves V8's compiled form of the bundle beside it, functions that every start runs included: it runs the program as
// far as a settings file that does not exist, and keeps what V8 has compiled until then. The packages of a system run it
// when they are installed, with the folder of the bundle as its argument.
"use strict";
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const { dirname, resolve } = require("node:path");
const { Script } = require("node:vm");

const filename = resolve(process.argv[2] ?? "dist", "opampsupervisor.cjs");
const script = new Script(wrap(readFileSync(filename, "utf8")), { filename });
process.argv = [process.argv[0], filename, "--config=/nowhere/supervisor.yaml"];
process.stderr.write = () => true;
process.once("exit", () => {
  // Read by every user whatever the umask is, and never in part.
  process.umask(0o022);
  writeFileSync(`${filename}.cache.part`, script.createCachedData());
  renameSync(`${filename}.cache.part`, `${filename}.cache`);
  process.exitCode = 0;
});
const bundle = { exports: {} };
script.runInThisContext()(
  bundle.exports,
  createRequire(filename),
  bundle,
  filename,
  dirname(filename),
);
