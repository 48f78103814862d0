import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { noticeOf, placeOf, withoutToken } from "../../../src/cli/dev/dev-place.ts";
import type { CliSurroundings } from "../../../src/cli/surroundings.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const token = "correct-horse-battery-staple";

function around(environment: Readonly<Record<string, string>>): CliSurroundings {
  return {
    packageDirectory: "/",
    workingDirectory: "/here",
    environment: new Map(Object.entries(environment)),
    out: () => undefined,
    err: () => undefined,
  } as unknown as CliSurroundings;
}

test.each([
  [{ state: "s.sqlite" }, {}, "/here/s.sqlite"],
  [{}, { XDG_STATE_HOME: "/state" }, "/state/opampsupervisor/console.sqlite"],
  [{ state: true }, { XDG_STATE_HOME: "/state" }, "/state/opampsupervisor/console.sqlite"],
  [{ state: false }, { XDG_STATE_HOME: "/state" }, undefined],
])("the state of %j is kept where it belongs", (wish, environment, path) => {
  expect(placeOf(wish, around(environment))).toMatchObject({
    state: path === undefined ? undefined : { path },
  });
});

test("a token comes from a file or from the environment, never from an argument", () => {
  const file = join(temporaryFolder(), "token");
  writeFileSync(file, `${token}\n`);
  expect(placeOf({ pageTokenFile: file }, around({}))).toMatchObject({ pageToken: token });
  const environment = { OPAMPSUPERVISOR_CONSOLE_TOKEN: token };
  expect(placeOf({}, around(environment))).toMatchObject({ pageToken: token });
  expect(placeOf({}, around({}))).toMatchObject({ pageToken: undefined });
});

test("what is started beside the console gets all of the environment but the token", () => {
  const environment = { PATH: "/bin", OPAMPSUPERVISOR_CONSOLE_TOKEN: token, EMPTY: "" };
  expect(Object.fromEntries(withoutToken(new Map(Object.entries(environment))))).toEqual({
    PATH: "/bin",
    EMPTY: "",
  });
});

test("an origin that browsers do not send is refused before anything is started", () => {
  const good = ["https://console.example", "http://localhost:8080"];
  expect(placeOf({ pageOrigin: good }, around({}))).toMatchObject({ pageOrigins: good });
  const wish = { pageOrigin: [...good, "https://console.example/"] };
  expect(placeOf(wish, around({}))).toContain("another spelling of https://console.example");
});

test("proxies come one by one or with commas, and what is none is refused before anything is started", () => {
  const wish = { pageProxy: ["127.0.0.1, ::1", "10.1.0.0/24"] };
  const proxies = ["127.0.0.1", "::1", "10.1.0.0/24"];
  expect(placeOf(wish, around({}))).toMatchObject({ pageProxies: proxies });
  expect(placeOf({}, around({}))).toMatchObject({ pageProxies: [] });
  expect(placeOf({ pageProxy: ["127.0.0.1,"] }, around({}))).toMatch(/^--page-proxy: .*nothing$/);
  expect(placeOf({ pageProxy: ["localhost"] }, around({}))).toMatch(/^--page-proxy: .*localhost$/);
});

test.each(["short", "with a blank in the middle", ""])("%j is no token", (text) => {
  const file = join(temporaryFolder(), "token");
  writeFileSync(file, text);
  const answer = placeOf({ pageTokenFile: file }, around({}));
  expect(answer).toContain("expected a token of at least 16 characters");
  if (text !== "") expect(answer).not.toContain(text);
  expect(placeOf({ pageTokenFile: `${file}.none` }, around({}))).toContain(`${file}.none`);
});

test("a person is told of a state that is not kept, and of nothing else", () => {
  const lost = { on: "state-not-kept", path: "/s", why: "no space" } as const;
  expect(noticeOf(lost)).toContain("no space");
  expect(noticeOf({ on: "state-damaged", path: "/s", aside: "/s.damaged" })).toContain(
    "/s.damaged",
  );
  expect(noticeOf({ on: "state-put-aside", path: "/s", aside: "/s.damaged" })).toContain(
    "/s was changed by somebody else or damaged: it is now /s.damaged",
  );
  const ended = { agents: 3, configurations: 1, others: 0, path: "/s", why: "no space" };
  expect(noticeOf({ on: "state-lost", ...ended })).toBe(
    "What is new of 3 agents, 1 configuration and 0 other things is not in /s and is lost: no space",
  );
  expect(noticeOf({ on: "state-empty", path: "/s" })).toContain("/s was empty");
  expect(noticeOf({ on: "request-refused", status: 404, why: "" })).toBeUndefined();
});

test("a console on another port keeps its state in a file of its own", () => {
  const elsewhere = around({ XDG_STATE_HOME: "/state" });
  const path = (port: string): unknown => {
    const place = placeOf({}, elsewhere, port);
    return typeof place === "string" ? place : place.state?.path;
  };
  expect(path("4320")).toBe("/state/opampsupervisor/console.sqlite");
  expect(path("5320")).toBe("/state/opampsupervisor/console-5320.sqlite");
});
