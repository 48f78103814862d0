import { expect, test } from "vitest";
import {
  packageList,
  pinAnswer,
  rollbackAnswer,
} from "../../../../src/supervisor/core/report/package-answers.ts";
import { policy } from "../../../helpers/core/core-samples.ts";
import { packageOffer } from "../../../helpers/core/packages.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

test("the list says what runs, what it goes back to, and what became of what was offered", () => {
  const world = runningWorld();
  expect(packageList(world.state(), policy)).toEqual({
    runs: { version: "0.149.0", executable: "/usr/bin/otelcol" },
    ...{ rollsBackTo: undefined, pinned: false, offered: [], addons: [] },
  });
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0") });
  world.pass(20);
  expect(packageList(world.state(), policy).offered).toMatchObject([{ state: "being fetched" }]);
  world.pass(2_000);
  const list = packageList(world.state(), policy);
  expect(list.runs.version).toBe("2.0.0");
  expect(list.rollsBackTo?.executable).toBe("/usr/bin/otelcol");
  expect(list.offered).toEqual([
    { name: "", version: "2.0.0", state: "in use", reason: undefined },
  ]);
});

test("a person is told what comes of his wish, and when nothing does", () => {
  const world = runningWorld();
  const wish = (): string => {
    const before = world.state();
    world.post({ on: "package-rollback-asked" });
    return rollbackAnswer(before, world.state());
  };
  expect(wish()).toContain("nothing to go back to");
  world.post({ on: "packages-offered", offer: packageOffer("2.0.0") });
  world.pass(2_000);
  expect(wish()).toContain("going back from 2.0.0");
  expect(wish()).toContain("another version is being tried");
  const before = world.state();
  world.post({ on: "package-pinned", pinned: true });
  expect(pinAnswer(before, world.state())).toContain("stays");
  expect(pinAnswer(world.state(), world.state())).toBe("it was pinned already");
  expect(pinAnswer(world.state(), before)).toBe("what is offered is taken again");
});
