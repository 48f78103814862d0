import { test, expect } from "vitest";
import {
  type CollectorOptions,
  defaultCollectorOptions,
  collectorVersion,
} from "../../src/collector/options.ts";

function optionsWith(variables: Record<string, string>): CollectorOptions {
  return defaultCollectorOptions({
    environment: new Map(Object.entries(variables)),
    workingDirectory: "/work",
    homeDirectory: "/home/somebody",
    platform: "linux",
    architecture: "x64",
    manifestFile: "/package/collector/manifest.yaml",
    signal: new AbortController().signal,
  });
}

test.each([
  ["the home directory", {}, "/home/somebody/.cache/opampsupervisor"],
  ["XDG_CACHE_HOME", { XDG_CACHE_HOME: "/caches" }, "/caches/opampsupervisor"],
  ["no relative XDG_CACHE_HOME", { XDG_CACHE_HOME: "x" }, "/home/somebody/.cache/opampsupervisor"],
  ["the variable of our own", { OPAMPSUPERVISOR_CACHE: "/own", XDG_CACHE_HOME: "/x" }, "/own"],
  ["the working directory", { OPAMPSUPERVISOR_CACHE: "own" }, "/work/own"],
])("the cache's place follows %s", (_name, variables: Record<string, string>, expected) => {
  expect(optionsWith(variables).cacheDirectory).toBe(expected);
});

test("the releases are the official ones unless the environment names others", () => {
  expect(new URL(optionsWith({}).releasesUrl).hostname).toBe("github.com");
  const mirror = "https://mirror.example/releases";
  const moved = optionsWith({ OPAMPSUPERVISOR_RELEASES_URL: mirror });
  expect(moved.releasesUrl).toBe(mirror);
  const empty = optionsWith({ OPAMPSUPERVISOR_RELEASES_URL: "" });
  expect(empty.releasesUrl).toBe(optionsWith({}).releasesUrl);
});

test("the version is pinned and the distribution has the opamp extension", () => {
  const options = optionsWith({});
  expect(options.version).toBe(collectorVersion);
  expect(options.distribution).toBe("otelcol-contrib");
});
