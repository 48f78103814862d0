import fc from "fast-check";
import { expect, test } from "vitest";
import type { PackageAvailable } from "../../../../src/opamp-client/wire/messages.ts";
import { packagesOfferOf } from "../../../../src/supervisor/core/interpret/offered-packages.ts";

const hash = Uint8Array.of(1, 2);
const contentHash = new Uint8Array(32).fill(7);
const collector: PackageAvailable = {
  type: 0,
  version: "2.0.0",
  hash,
  file: {
    downloadUrl: "https://packages.example.com/otelcol",
    contentHash,
    signature: Uint8Array.of(3),
    headers: { headers: [{ key: "Authorization", value: "Bearer x" }] },
  },
};

function offer(...packages: readonly (readonly [string, PackageAvailable])[]) {
  return packagesOfferOf({ packages: new Map(packages), allPackagesHash: Uint8Array.of(9) });
}

test("C-206 C-207 C-209 a collector under the empty name and add-ons are read, in the order of their names", () => {
  const { packages, allHash, problem } = offer(
    ["rules", { ...collector, type: 1 }],
    ["", collector],
  );
  expect({ allHash, problem }).toEqual({ allHash: "09", problem: undefined });
  expect(packages[0]).toEqual({
    ...{ name: "", kind: "agent", version: "2.0.0", hash: "0102", problem: undefined },
    file: {
      url: "https://packages.example.com/otelcol",
      contentHash: "07".repeat(32),
      signature: "03",
      headers: [["Authorization", "Bearer x"]],
    },
  });
  expect(packages[1]).toMatchObject({ name: "rules", kind: "addon" });
});

test("two collectors are no offer, and both are named", () => {
  const { problem, packages } = offer(["one", collector], ["two", collector]);
  expect(problem).toContain('"one", "two"');
  expect(packages).toEqual([]);
});

test("C-202 an offer without any package is one that withdraws all", () => {
  expect(offer()).toEqual({ allHash: "09", packages: [], problem: undefined });
  expect(packagesOfferOf({})).toEqual({ allHash: "", packages: [], problem: undefined });
});

test("a package without a file, of an unknown type, or with an endless name is refused by itself", () => {
  expect(offer(["", { version: "1" }]).packages[0]?.problem).toContain("download_url");
  expect(offer(["x", { ...collector, type: 7 }]).packages[0]?.problem).toContain("found 7");
  const long = { ...collector, version: "1".repeat(201) };
  expect(offer(["", long]).packages[0]?.problem).toContain("at most 200");
  expect(offer(["", { ...collector, hash: new Uint8Array(2_000) }]).packages[0]?.problem).toContain(
    "hash",
  );
});

test("too much at once is no offer", () => {
  const many = Array.from({ length: 101 }, (_, index) => [`p${index}`, collector] as const);
  expect(offer(...many).problem).toContain("at most 100 packages");
  const file = { ...collector.file, downloadUrl: `https://x/${"y".repeat(2_000_000)}` };
  expect(offer(["", { ...collector, file }]).problem).toContain("at most 1 MiB");
});

test("whatever is offered is an offer or has a reason, and throws nothing", () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined });
  const text = fc.option(fc.string(), { nil: undefined });
  const one = fc.record(
    {
      type: fc.integer(),
      version: fc.string(),
      hash: fc.uint8Array(),
      file: fc.record({ downloadUrl: text, contentHash: bytes, signature: bytes }),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<PackageAvailable>;
  fc.assert(
    fc.property(fc.dictionary(fc.string(), one), bytes, (packages, allPackagesHash) => {
      const read = packagesOfferOf({
        packages: new Map(Object.entries(packages)),
        ...(allPackagesHash === undefined ? {} : { allPackagesHash }),
      });
      const agents = read.packages.filter(
        ({ kind, problem }) => kind === "agent" && problem === undefined,
      );
      return agents.length <= 1 && (read.problem === undefined || read.packages.length === 0);
    }),
  );
});
