import { basename } from "node:path";
import type { BuildInfo } from "./build-info.ts";
import { type Components, componentsOf } from "./component-types.ts";

/** A collector as the modules show it that it was built from. */
interface BuiltCollector {
  readonly name: string;
  /** Empty where only the versions of its parts are known. */
  readonly version: string;
  readonly components: Components;
}

const library = "go.opentelemetry.io/collector";
/** The module of what the collector's builder generates, whatever it is called. */
const generated = `${library}/cmd/builder`;

/** Undefined for a program that was not built around the collector. */
export function builtCollector(
  info: BuildInfo | undefined,
  executable: string,
): BuiltCollector | undefined {
  if (info === undefined) return undefined;
  const components = componentsOf(info.dependencies);
  const core = info.dependencies.find(({ path }) => path === `${library}/otelcol`);
  if (core === undefined && !isOldCollector(info, components)) return undefined;
  const { main } = info;
  const own = versionWritten(info) ?? releaseOf(main?.version);
  const whole = main === undefined || main.path === generated;
  return {
    name: whole ? basename(executable) : lastOf(main.path),
    version: own ?? (whole ? (core?.version ?? "").replace(/^v/, "") : ""),
    components,
  };
}

/** Once all of the library was one module, which others use parts of. */
function isOldCollector({ dependencies }: BuildInfo, components: Components): boolean {
  const whole = [library, `${library}/service`];
  const has = (kind: string): boolean =>
    components.some(([name, types]) => name === kind && types.length > 0);
  return (
    dependencies.some(({ path }) => whole.includes(path)) && has("receivers") && has("exporters")
  );
}

/** `-X module/version.Version=v0.43.3`: what a program that is asked for its version would answer. */
function versionWritten({ settings }: BuildInfo): string | undefined {
  return /-X[ =]["']?\S*\.version=([\w.+-]{1,60})/i.exec(settings.get("-ldflags") ?? "")?.[1];
}

function releaseOf(version = ""): string | undefined {
  return version === "" || version === "(devel)" ? undefined : version;
}

function lastOf(path: string): string {
  return basename(path.replace(/\/v\d+$/, ""));
}
