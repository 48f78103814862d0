import { hostname, release } from "node:os";
import { test, expect } from "vitest";
import {
  hostFacts,
  machineFingerprint,
  otherMachine,
} from "../../../src/supervisor/inputs/host-facts.ts";

test("the host is described by the names of the semantic conventions", () => {
  const facts = hostFacts();
  expect([...facts.keys()]).toEqual(["host.arch", "host.name", "os.description", "os.type"]);
  expect(facts.get("host.name")).toBe(hostname());
  expect(facts.get("os.description")).toContain(release());
  expect(facts.get("os.description")).not.toMatch(/["\n]/);
});

test("architecture and system are worded as Go words them", () => {
  const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
  const systems: Readonly<Record<string, string>> = { win32: "windows" };
  const facts = hostFacts();
  expect(facts.get("host.arch")).toBe(architectures[process.arch] ?? process.arch);
  expect(facts.get("os.type")).toBe(systems[process.platform] ?? process.platform);
});

test("a machine is the same as itself, whatever is known of it", () => {
  const own = machineFingerprint();
  expect(machineFingerprint()).toEqual(own);
  expect(otherMachine(own, own)).toBe(false);
});

const known = { machineId: "a", productId: "b", instanceId: "i-0" };

test.each([
  ["another machine id", { machineId: "x", productId: "b", instanceId: "" }, true],
  [
    "another product, as a clone of a virtual machine",
    { machineId: "a", productId: "x", instanceId: "" },
    true,
  ],
  ["both others", { machineId: "x", productId: "x", instanceId: "" }, true],
  ["no right to read the product", { machineId: "a", productId: "", instanceId: "" }, false],
  ["no machine id, as in a container", { machineId: "", productId: "b", instanceId: "" }, false],
  [
    "another instance, whose product this user may not read",
    { machineId: "a", productId: "", instanceId: "i-1" },
    true,
  ],
  ["nothing known", { machineId: "", productId: "", instanceId: "" }, false],
  [
    "nothing known of one and another of the other",
    { machineId: "", productId: "x", instanceId: "" },
    true,
  ],
])("%s: is it another machine?", (_name, found, expected) => {
  expect(otherMachine(known, found)).toBe(expected);
  expect(otherMachine(found, known)).toBe(expected);
});
