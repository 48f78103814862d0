// Leaves V8's compiled form of the bundle beside it, with the functions that every start runs: what is not in it is
// compiled again at each start. So it makes one start in a folder of its own, with a stand-in for the collector and
// another for the server, and keeps what V8 has compiled by the time the first message is there. The packages of a
// system run it when they are installed, with the folder of the bundle as its argument.
"use strict";
const { createHash } = require("node:crypto");
const { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { createRequire, wrap } = require("node:module");
const { tmpdir } = require("node:os");
const { dirname, join, resolve } = require("node:path");
const { Script } = require("node:vm");

const mostMs = 10_000;
const afterFirstMessageMs = 300;
const filename = resolve(process.argv[2] ?? "dist", "opampsupervisor.cjs");
const script = new Script(wrap(readFileSync(filename, "latin1")), { filename });
const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-compile-"));

process.once("exit", () => {
  rmSync(folder, { recursive: true, force: true });
  // Read by every user whatever the umask is, and never in part.
  process.umask(0o022);
  writeFileSync(`${filename}.cache.part`, script.createCachedData());
  renameSync(`${filename}.cache.part`, `${filename}.cache`);
  process.exitCode = 0;
});
setTimeout(() => process.exit(), mostMs).unref();

const server = createServer();
server.on("upgrade", (request, socket) => {
  const asked = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(asked).digest("base64");
  const answer = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  socket.write([...answer, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
  socket.on("error", () => undefined);
  socket.once("data", () => {
    setTimeout(() => {
      process.emit("SIGTERM", "SIGTERM");
      setTimeout(() => socket.destroy(), afterFirstMessageMs);
    }, afterFirstMessageMs);
  });
});
server.listen(0, "127.0.0.1", () => {
  prepare(server.address().port);
  start();
});
server.unref();

function prepare(port) {
  const collector = [
    "#!/bin/sh",
    'case "$1" in',
    '--version) echo "otelcol version 0.149.0" ;;',
    "components) echo 'buildinfo: {command: otelcol, version: 0.149.0}' ;;",
    "--config*) exec sleep 10 ;;",
    "esac",
    "",
  ];
  writeFileSync(join(folder, "collector"), collector.join("\n"), { mode: 0o755 });
  const settings = [
    `server: {endpoint: "ws://127.0.0.1:${port}/v1/opamp"}`,
    "capabilities: {accepts_remote_config: true, reports_effective_config: true, reports_health: true}",
    "agent: {executable: ./collector, config_files: [local.yaml]}",
    "storage: {directory: ./storage}",
    "",
  ];
  writeFileSync(join(folder, "supervisor.yaml"), settings.join("\n"));
  const local = [
    "receivers: {nop: }",
    "exporters: {nop: }",
    "service: {pipelines: {logs: {receivers: [nop], exporters: [nop]}}}",
    "",
  ];
  writeFileSync(join(folder, "local.yaml"), local.join("\n"));
}

function start() {
  process.chdir(folder);
  // Nothing of the surroundings leads anywhere from here.
  const path = process.env.PATH;
  for (const name of Object.keys(process.env)) delete process.env[name];
  if (path !== undefined) process.env.PATH = path;
  process.argv = [process.argv[0], filename, "--config=supervisor.yaml"];
  const bundle = { exports: {} };
  script.runInThisContext()(
    bundle.exports,
    createRequire(filename),
    bundle,
    filename,
    dirname(filename),
  );
}
