import { test, expect } from "vitest";
import {
  errorsIn,
  isSaid,
  withErrorsOnce,
  withoutSaid,
} from "../../../../src/dev-server/page/words/each-once.ts";

const well = { healthy: true, status: "", startedAt: undefined, statusAt: undefined };
const bind = "listen tcp :4317: bind: address already in use";

test("an error that a part has said is not said again above it", () => {
  const health = {
    ...well,
    lastError: `cannot start: ${bind}`,
    components: [
      {
        name: "pipeline",
        health: {
          ...well,
          lastError: bind,
          components: [{ name: "otlp", health: { ...well, lastError: bind, components: [] } }],
        },
      },
    ],
  };
  const once = withErrorsOnce(health);
  expect(errorsIn(once)).toEqual([`cannot start: ${bind}`, bind]);
  expect(once.components[0]?.health.lastError).toBe("");
  expect(errorsIn(undefined)).toEqual([]);
});

test("a reason is said when it stands elsewhere, whatever blanks are in it; nothing is never said", () => {
  expect(isSaid(` ${bind.replace(" ", "\n")} `, [`cannot start: ${bind}`])).toBe(true);
  expect(isSaid("", [bind])).toBe(false);
  expect(isSaid(bind, [])).toBe(false);
});

test("a line of the history keeps what is new in it", () => {
  expect(withoutSaid(`Configuration 9f2c failed: ${bind}`, [bind])).toBe(
    "Configuration 9f2c failed",
  );
  expect(withoutSaid("Restart ordered", [bind])).toBe("Restart ordered");
});
