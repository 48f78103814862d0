import fc from "fast-check";
import { expect, test } from "vitest";
import { carriedSettings } from "../../../src/cli/unit/carried-settings.ts";
import { createFolder } from "../../supervisor/settings/fixture-folder.ts";

const agent = { executable: "/usr/bin/otelcol", configFiles: ["/etc/a.yaml"], args: ["-v"] };
const endpoint = "ws://127.0.0.1:4320";

test("what stands in supervisor.yaml stays, comments too", () => {
  const before =
    "# Mine.\nserver: {endpoint: ws://a} # Here.\nagent: {leftover: stop, args: [former]}\n";
  const found = carriedSettings(before, undefined, agent);
  expect(found).toMatchObject({ is: "carried" });
  const text = found.is === "carried" ? found.text : "";
  expect(text).toContain("# Mine.");
  expect(text).toContain("# Here.");
  expect(text).toContain("ws://a");
  expect(text).toContain("leftover: stop");
  expect(text).not.toContain("former");
});

test("a section that is only named is as good as none", () => {
  const found = carriedSettings("server:\nagent:\nstorage: ~\n", endpoint, agent);
  expect(found).toMatchObject({ is: "carried" });
});

test.each([
  [undefined, "there is no supervisor.yaml"],
  ["", "cannot be read"],
  ["- a", "cannot be read"],
  ["agent: [a]", "cannot be read"],
  ["server: *a", "cannot be read"],
  ["agent: {", "cannot be read"],
])("refused is %j", (before, why) => {
  const found = carriedSettings(before, before === undefined ? undefined : endpoint, agent);
  expect(found).toMatchObject({ is: "refused", why: expect.stringContaining(why) as string });
});

test("whatever the collector is started with: the supervisor reads the same", () => {
  const folder = createFolder();
  const [a, b] = [folder.write("a$HOME${HOME}$$.yaml", ""), folder.write("b: #.yaml", "")];
  const executable = folder.program("otel$col");
  const text = fc
    .array(
      fc.constantFrom("$", "{", "}", "HOME", ":", "#", "'", '"', " ", "\n", "-", "x", "1", "ä"),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map((parts) => `--${parts.join("")}`);
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), (args) => {
      const found = carriedSettings(undefined, endpoint, { executable, configFiles: [a, b], args });
      if (found.is === "refused") throw new Error(found.why);
      const { settings, problems } = folder.read(found.text, { HOME: "/root" });
      expect(problems).toEqual([]);
      expect(settings?.agent).toMatchObject({ executable, configFiles: [a, b], args });
    }),
    { numRuns: 100, interruptAfterTimeLimit: 5_000 },
  );
});
