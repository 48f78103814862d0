import type { RolloutWhat } from "../../shapes/api-shapes.ts";
import { connectionBody, serverProblem, type WrittenConnection } from "./connection-body.ts";
import type { TextFile } from "./text-file.ts";

/** What is to be sent; a version that is not chosen is the newest. */
export type Sendable =
  | { readonly is: "files"; readonly files: readonly TextFile[] }
  | { readonly is: "named"; readonly name: string; readonly version: number | undefined }
  | { readonly is: "package"; readonly name: string; readonly version: string }
  | { readonly is: "server"; readonly written: WrittenConnection };

/** Why it cannot be sent yet. */
export function whatProblem(what: Sendable): string | undefined {
  if (what.is === "files" && what.files.every(({ text }) => text.trim() === "")) {
    return "there is nothing to send yet";
  }
  if (what.is === "named" && what.version === undefined) return "choose a configuration";
  if (what.is === "server") return serverProblem(what.written);
  return what.is === "package" && what.version === "" ? "choose a package" : undefined;
}

/** The same as a rollout has it. */
export function rolloutWhat(what: Sendable): RolloutWhat | undefined {
  switch (what.is) {
    case "files":
      return { files: Object.fromEntries(what.files.map(({ name, text }) => [name, text])) };
    case "named":
      return what.version === undefined
        ? undefined
        : { configuration: what.name, version: what.version };
    case "package":
      return { package: { name: what.name, version: what.version } };
    case "server":
      return serverProblem(what.written) === undefined
        ? { connections: connectionBody("opamp", what.written) }
        : undefined;
  }
}
