import { expect, test } from "vitest";
import { packagedBinary } from "../../../../src/supervisor/core/state/packages.ts";
import { binary } from "../../../helpers/core/core-samples.ts";
import { installedPackage, offeredPackage } from "../../../helpers/core/packages.ts";

test("a fetched program is a binary that remembers the version it came in", () => {
  const installed = installedPackage(offeredPackage("2.0.0"));
  const { name, version, hash, contentHash, directory } = installed;
  expect(packagedBinary(installed, binary)).toEqual({
    path: "/state/packages/agent/2.0.0/otelcol",
    facts: binary,
    package: { name, version, hash, contentHash, directory },
  });
});
