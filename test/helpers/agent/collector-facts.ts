import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { collectorPath } from "../e2e/daemon.ts";

/** The version of the collector that the tests run with. */
export function collectorVersion(): string {
  return /\d+\.\d+\.\d+\S*/.exec(ask("--version"))?.[0] ?? "";
}

/** True when it has the opamp extension; what needs one is skipped without. */
export function hasOpampExtension(): boolean {
  return ask("components").includes("name: opamp\n");
}

/** True when it can reload its receivers alone. */
export function hasPartialReload(): boolean {
  return /\bservice\.partialReload\b/.test(ask("--help"));
}

/**
 * A program that prints a configuration as the collector reads it; undefined where there is none. The collector itself did
 * so up to 0.149; newer ones print what their components made of it.
 */
export function configReader(): string | undefined {
  const reader = process.env["TEST_COLLECTOR_READER"];
  if (reader !== undefined) return reader;
  try {
    ask("print-config", "--mode=unredacted", "--validate=false", "--config=yaml:{x: 1}");
    return collectorPath();
  } catch {
    // It knows no key x.
    return undefined;
  }
}

/** The version of the collector's library that the plain one is made of. */
export function plainVersion(): string {
  const built = readFileSync(collectorPath("plain"), "latin1");
  return /\tgo\.opentelemetry\.io\/collector\/otelcol\tv([\d.]+)/.exec(built)?.[1] ?? "";
}

function ask(...args: readonly string[]): string {
  return execFileSync(collectorPath(), args, { encoding: "utf8", stdio: "pipe" });
}
