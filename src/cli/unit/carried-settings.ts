import { isMap, isScalar, parseDocument } from "yaml";

/** The collector as it is to be started. */
interface CarriedAgent {
  readonly executable: string;
  readonly configFiles: readonly string[];
  readonly args: readonly string[];
}

/** What supervisor.yaml becomes. */
export type CarriedSettings =
  | { readonly is: "carried"; readonly text: string }
  | { readonly is: "refused"; readonly why: string };

const sections = ["server", "agent", "storage"];

/** supervisor.yaml with this agent; what else stands in it stays, comments too. */
export function carriedSettings(
  before: string | undefined,
  endpoint: string | undefined,
  { executable, configFiles, args }: CarriedAgent,
): CarriedSettings {
  if (before === undefined && endpoint === undefined) {
    return refused("there is no supervisor.yaml: name the OpAMP server by --endpoint");
  }
  const document = parseDocument(before ?? "server: {}\n");
  if (document.errors.length > 0 || !isMap(document.contents)) return unreadable;
  for (const section of sections) {
    const found: unknown = document.get(section, true);
    // Written with nothing behind it, it is as good as not there.
    if (isScalar(found) && found.value === null) document.delete(section);
    else if (found !== undefined && !isMap(found)) return unreadable;
  }
  if (endpoint !== undefined) document.setIn(["server", "endpoint"], endpoint);
  document.setIn(["agent", "executable"], literal(executable));
  document.setIn(["agent", "config_files"], document.createNode(configFiles.map(literal)));
  document.setIn(["agent", "args"], document.createNode(args.map(literal)));
  if (!document.hasIn(["agent", "leftover"])) document.setIn(["agent", "leftover"], "adopt");
  if (!document.hasIn(["storage", "directory"])) {
    document.setIn(["storage", "directory"], "/var/lib/opampsupervisor");
  }
  return { is: "carried", text: document.toString() };
}

/** In supervisor.yaml a dollar sign begins a reference, and two are one. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

function refused(why: string): CarriedSettings {
  return { is: "refused", why };
}

const unreadable = refused("supervisor.yaml cannot be read: see opampsupervisor check");
