#!/usr/bin/env node
// Runs dist/opampsupervisor.cjs. CommonJS, because starting Node's module loader for one import would cost every start
// some milliseconds; and with V8's compiled form of the bundle where the build left one that fits this Node, because
// compiling a megabyte of text is a quarter of the daemon's start. One that does not fit is ignored by V8.
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire, wrap } = require("node:module");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const filename = join(__dirname, "../dist/opampsupervisor.cjs");
const script = new Script(wrap(bundleText(filename)), {
  filename,
  cachedData: compiledForm(`${filename}.cache`),
});
const bundle = { exports: {} };
script.runInThisContext()(
  bundle.exports,
  createRequire(filename),
  bundle,
  filename,
  dirname(filename),
);

function bundleText(path) {
  try {
    // The build sees to it that there is nothing but ASCII in it, which takes no decoding.
    return readFileSync(path, "latin1");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    process.stderr.write(
      `expected ${path}, which is not built yet: run npm start, or npm run build\n`,
    );
    process.exit(1);
  }
}

function compiledForm(path) {
  try {
    return readFileSync(path);
  } catch {
    // The build made none: the text is compiled.
    return undefined;
  }
}
