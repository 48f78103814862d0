import * as fc from "fast-check";
import { expect, test } from "vitest";
import { askingForTypes, withHidden } from "../../../src/agent/binary/hidden-components.ts";
import { twoNames } from "../../helpers/agent/renamed-types.ts";

const listed = [
  ["receivers", [["otlp", "otlpreceiver v1"]]],
  ["processors", []],
  ["exporters", [["otlphttp", "otlphttpexporter v1"]]],
] as const;
const built = [["receivers", [["filelog", "filelogreceiver v2"]]]] as const;

const refusal = (section: string, valid: string): string =>
  `'${section}' unknown type: "opampsupervisor_asks" for id: "opampsupervisor_asks" (valid values: [${valid}])\n`;

test("a type that is taken and not listed is added once, by its newest name and with its module", () => {
  const said = refusal("receivers", "file_log otlp filelog nop");
  expect(withHidden(listed, said, built)[0]).toEqual([
    "receivers",
    [
      ["file_log", "filelogreceiver v2"],
      ["nop", ""],
      ["otlp", "otlpreceiver v1"],
    ],
  ]);
});

test("an older binary's only name for it is kept", () => {
  const [receivers] = withHidden(listed, refusal("receivers", "filelog otlp"), built);
  expect(receivers?.[1].map(([type]) => type)).toEqual(["filelog", "otlp"]);
});

test("another name of a type that is listed adds nothing", () => {
  const said = refusal("exporters", "otlp_http otlphttp");
  expect(withHidden(listed, said, built)).toEqual(listed);
});

test("a type whose renaming is not known is added once too, by the name with more words", () => {
  for (const said of ["purefa pure_fa", "pure_fa purefa"]) {
    const [receivers] = withHidden([["receivers", []]], refusal("receivers", said), []);
    expect(receivers?.[1]).toEqual([["pure_fa", ""]]);
  }
  const listedAlready = [["receivers", [["pure_fa", "m"]]]] as const;
  expect(withHidden(listedAlready, refusal("receivers", "purefa pure_fa"), [])).toEqual(
    listedAlready,
  );
});

test("a binary that says anything else has what it lists", () => {
  for (const said of ["", "Error: no", refusal("processors", ""), refusal("elsewhere", "a")]) {
    expect(withHidden(listed, said, built)).toEqual(listed);
  }
});

test("every kind of component is asked about", () => {
  expect(askingForTypes.match(/^\w+(?=: \{opampsupervisor_asks: \}$)/gm)).toHaveLength(5);
});

test("a renamed component is reported once, whichever of its names are listed, taken and built", () => {
  const drawn = twoNames.chain((type) => {
    const some = fc.shuffledSubarray([...type.names]);
    return fc.record({ type: fc.constant(type), lists: some, takes: some, builtAs: some });
  });
  fc.assert(
    fc.property(drawn, ({ type: { section, names }, lists, takes, builtAs }) => {
      const shown = [[section, lists.slice(0, 1).map((name) => [name, "m v1"] as const)]] as const;
      const made = [[section, builtAs.map((name) => [name, "m v1"] as const)]] as const;
      const [found] = withHidden(shown, refusal(section, ["mine", ...takes].join(" ")), made);
      const types = found?.[1].map(([type]) => type) ?? [];
      const ours = types.filter((type) => names.includes(type));
      expect(ours).toHaveLength(lists.length + takes.length > 0 ? 1 : 0);
      // As the binary lists it; else by the newest name that it takes.
      const newest = names.findLast((name) => takes.includes(name));
      expect(ours[0]).toBe(lists[0] ?? newest);
    }),
  );
});

test("of a component that was renamed twice the newest name counts that the binary takes", () => {
  const refused = refusal("receivers", "mine ciscoosreceiver ciscoos");
  const [found] = withHidden([["receivers", []]], refused, []);
  expect(found?.[1].map(([type]) => type)).toEqual(["ciscoos", "mine"]);
});
