// Bundles the program and its client. dist/opampsupervisor.cjs is the daemon, one file; what it seldom needs lies beside it and is
// loaded when it is used, because every byte of a file is compiled at each start.
import { build } from "esbuild";
import { isAscii } from "node:buffer";
import { execFileSync } from "node:child_process";
import { copyFile, readFile, rm, stat, writeFile } from "node:fs/promises";
import { bomOf, noticesOf, packagesIn } from "./third-party.js";

/** Dynamic imports of the daemon that become files of their own. */
const apart = new Map([
  ["./cli.ts", { entry: "src/cli.ts", file: "commands.cjs" }],
  [
    "../../../sources/fetch-sources.ts",
    { entry: "src/sources/fetch-sources.ts", file: "sources.cjs" },
  ],
  ["./aws-texts.ts", { entry: "src/sources/aws-texts.ts", file: "aws.cjs" }],
  ["../sources/detect-host.ts", { entry: "src/sources/detect-host.ts", file: "detectors.cjs" }],
  ["./detect-host.ts", { entry: "src/sources/detect-host.ts", file: "detectors.cjs" }],
  ["./doctor.ts", { entry: "src/cli/doctor/doctor.ts", file: "doctor.cjs" }],
  ["./fleet.ts", { entry: "src/cli/fleet/fleet.ts", file: "ask-fleet.cjs" }],
  ["./simulate.ts", { entry: "src/cli/simulate/simulate.ts", file: "simulate.cjs" }],
  ["execa", { entry: "execa", file: "execa.cjs" }],
  ["node-sqlite3-wasm", { entry: "node-sqlite3-wasm", file: "sqlite.cjs" }],
  ["./cosign.ts", { entry: "src/packages/trust/cosign.ts", file: "cosign.cjs" }],
  [
    "./credentials.ts",
    { entry: "src/supervisor/credentials/credentials.ts", file: "credentials.cjs" },
  ],
  [
    "./health-page.ts",
    { entry: "src/supervisor/health-page/health-page.ts", file: "health-page.cjs" },
  ],
  [
    "./notify-manager.ts",
    { entry: "src/supervisor/notify/notify-manager.ts", file: "notify-manager.cjs" },
  ],
  ["../fleet/open-fleet.ts", { entry: "src/supervisor/fleet/open-fleet.ts", file: "fleet.cjs" }],
  [
    "../supervisor/lease/stand-by.ts",
    { entry: "src/supervisor/lease/stand-by.ts", file: "lease.cjs" },
  ],
  ["../../telemetry/telemetry.ts", { entry: "src/telemetry/telemetry.ts", file: "telemetry.cjs" }],
]);

const entryOf = new Map([...apart.values()].map(({ entry, file }) => [file, entry]));
for (const { entry, file } of apart.values()) {
  if (entryOf.get(file) !== entry) throw new Error(`two entries want to be ${file}`);
}

const splitApart = {
  name: "split-apart",
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === "dynamic-import" && apart.has(path)
        ? { path: `./${apart.get(path).file}`, external: true }
        : undefined,
    ),
};

// The native helpers of ws are not bundled: it need not look for them at each start.
const nativeHelpers = {
  "process.env.WS_NO_BUFFER_UTIL": '"1"',
  "process.env.WS_NO_UTF_8_VALIDATE": '"1"',
};

// What pino asks for and the daemon has no use for: its threads, and the checks of a module that loads ten others.
// Each of them costs every start some milliseconds.
const without = new Map([
  ["worker_threads", "exports.isMainThread = true;"],
  ["thread-stream", "module.exports = undefined;"],
  ["assert", "module.exports = (value, message) => { if (!value) throw new Error(message); };"],
]);
const askedBy = /node_modules\/(pino|sonic-boom)\//;

const lighter = {
  name: "lighter",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^(worker_threads|thread-stream|assert)$/ }, ({ path, importer }) =>
      askedBy.test(importer) ? { path, namespace: "lighter" } : undefined,
    );
    onLoad({ filter: /./, namespace: "lighter" }, ({ path }) => ({ contents: without.get(path) }));
  },
};

async function bundle(entry, file) {
  const { metafile } = await build({
    metafile: true,
    stdin: { contents: `export * from ${JSON.stringify(entry)};`, resolveDir: "." },
    outfile: `dist/${file}`,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    // Names stay readable in a stack trace.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
    // A CommonJS bundle has no import.meta; this is the one property of it that the sources use.
    define: {
      "import.meta.dirname": "__dirname",
      ...nativeHelpers,
    },
    supported: { "dynamic-import": false },
    plugins: [splitApart, lighter],
  });
  const { size } = await stat(`dist/${file}`);
  process.stdout.write(`dist/${file} ${Math.round(size / 1024)} kB\n`);
  return metafile;
}

// The client as a library: bundled as well, so that whoever installs this package installs nothing else with it.
async function library() {
  const { metafile } = await build({
    metafile: true,
    entryPoints: ["src/opamp-client/public.ts"],
    outfile: "dist/client.js",
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    // Two of the bundled packages are CommonJS and ask for Node's own modules by require.
    banner: {
      js: 'import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
    },
    legalComments: "none",
    define: nativeHelpers,
    logLevel: "warning",
  });
  const compiler = "node_modules/typescript/bin/tsc";
  execFileSync(process.execPath, [compiler, "-p", "tsconfig.client.json"], { stdio: "inherit" });
  await writeFile("dist/client.d.ts", 'export * from "./types/opamp-client/public.js";\n');
  return metafile;
}

// What the browser gets: the page, and in a file of its own, loaded when it is used, its editor.
async function page() {
  const { metafile } = await build({
    metafile: true,
    entryPoints: { page: "src/dev-server/page/main.tsx" },
    outdir: "dist/page",
    bundle: true,
    splitting: true,
    platform: "browser",
    target: ["chrome120", "firefox121", "safari17"],
    format: "esm",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
  });
  await build({
    entryPoints: { page: "src/dev-server/page/styles/page.css" },
    outdir: "dist/page",
    bundle: true,
    minify: true,
    logLevel: "warning",
  });
  await copyFile("src/dev-server/page/index.html", "dist/page/index.html");
  for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
    process.stdout.write(`${file} ${Math.round(bytes / 1024)} kB\n`);
  }
  return metafile;
}

// What the licences of the bundled packages ask for, and a list of them for those who look for known weaknesses.
async function thirdParty(metafiles) {
  const packages = packagesIn(metafiles);
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  const lock = JSON.parse(await readFile("package-lock.json", "utf8"));
  await writeFile("dist/THIRD-PARTY-NOTICES.txt", noticesOf(packages));
  const bom = bomOf(packages, { version, lock });
  await writeFile("dist/sbom.cdx.json", `${JSON.stringify(bom, undefined, 2)}\n`);
}

await rm("dist", { recursive: true, force: true });
const metafiles = [await bundle("./src/main.ts", "opampsupervisor.cjs")];
for (const { entry, file } of apart.values()) {
  metafiles.push(await bundle(entry.startsWith("src") ? `./${entry}` : entry, file));
}
metafiles.push(await library());
metafiles.push(await page());
await thirdParty(metafiles);
// Beside the file that loads it.
await copyFile(
  "node_modules/node-sqlite3-wasm/dist/node-sqlite3-wasm.wasm",
  "dist/node-sqlite3-wasm.wasm",
);
if (!isAscii(await readFile("dist/opampsupervisor.cjs"))) {
  throw new Error(
    "dist/opampsupervisor.cjs has letters beyond ASCII: it is read as if it had none",
  );
}
execFileSync(process.execPath, ["scripts/compile-cache.cjs"], { stdio: "ignore" });
