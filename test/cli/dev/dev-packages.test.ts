import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packagesOf } from "../../../src/cli/dev/dev-packages.ts";
import { surroundings } from "../../../src/cli/surroundings.ts";

const name = "opampsupervisor/dev-server-packages.pem";

test.each<[Record<string, string>, string | undefined, string]>([
  [{}, undefined, join(homedir(), ".local/state", name)],
  [{ XDG_STATE_HOME: "/state" }, undefined, join("/state", name)],
  [{ XDG_STATE_HOME: "state" }, undefined, join(homedir(), ".local/state", name)],
  [{ XDG_STATE_HOME: "/state" }, "key.pem", "/here/key.pem"],
])("with %j and the key %s the key is in %s", (environment, packagesKey, keyFile) => {
  const here = {
    ...surroundings(),
    environment: new Map(Object.entries(environment)),
    workingDirectory: "/here",
  };
  const wish = { packages: "packages", ...(packagesKey === undefined ? {} : { packagesKey }) };
  expect(packagesOf(wish, here)).toEqual({ directory: "/here/packages", keyFile });
  expect(packagesOf({}, here)).toBeUndefined();
});
