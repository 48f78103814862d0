// Leaves V8's compiled form of the bundle beside it, functions that every start runs included: it runs the program as
// far as a settings file that does not exist, and keeps what V8 has compiled until then.
"use strict";
const { readFileSync, writeFileSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const { dirname, resolve } = require("node:path");
const { Script } = require("node:vm");

const filename = resolve("dist/opampsupervisor.cjs");
const script = new Script(wrap(readFileSync(filename, "utf8")), { filename });
process.argv = [process.argv[0], filename, "--config=/nowhere/supervisor.yaml"];
process.stderr.write = () => true;
process.once("exit", () => {
  writeFileSync(`${filename}.cache`, script.createCachedData());
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
