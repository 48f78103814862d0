import { execFileSync } from "node:child_process";
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

/** True when it prints a configuration as it has read it; from 0.150 on it prints what its components made of it. */
export function printsWhatItReads(): boolean {
  try {
    const text = "yaml:{x: 1}";
    return ask("print-config", "--mode=unredacted", "--validate=false", `--config=${text}`) !== "";
  } catch {
    // It knows no key x.
    return false;
  }
}

function ask(...args: readonly string[]): string {
  return execFileSync(collectorPath(), args, { encoding: "utf8", stdio: "pipe" });
}
