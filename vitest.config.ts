import { availableParallelism } from "node:os";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { ownMachine, poolOfMachines } from "./test/helpers/own-machine.ts";

// Generous, because a machine may have much else to do: what waits for something in vain says so long before.
const limits = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 90_000 } },
};

// Tests wait more than they compute.
const atATime = { maxWorkers: availableParallelism() + 1 };

const launcher = ownMachine();
if (launcher === undefined) {
  process.stderr.write(
    "unshare may not make networks here: test files share this one, and those with real collectors run one after the " +
      "other. Ports 13133, 8888, 4317 and 4318 must be free.\n",
  );
}
const apart = launcher === undefined ? {} : { pool: poolOfMachines(launcher) };
const oneByOne = { maxWorkers: 1, sequence: { groupOrder: 1 } };

// Brings a real package from its registry.
const online = "test/collector/real-build.test.ts";

// What may run at a time is one queue in the order of the projects' names: the long files of e2e first.
const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          ...{ ...limits, ...atATime, ...apart },
          name: "inner",
          // Several hundred short files: to start a worker for each costs as much as the tests.
          isolate: false,
          include: ["test/**/*.test.ts"],
          exclude: [
            "test/e2e/**",
            "test/systems/**",
            "test/browser/**",
            "test/endurance/**",
            "test/soak/**",
            online,
          ],
        },
      },
      { test: { ...limits, ...atATime, name: "online", include: [online] } },
      {
        test: {
          ...{ ...limits, ...apart },
          // Real collectors share the machine's well-known ports.
          ...(launcher === undefined ? oneByOne : atATime),
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
        },
      },
      {
        // The page as it was built, in a real browser; real collectors are with some of them.
        test: {
          ...{ ...limits, ...apart },
          ...(launcher === undefined ? oneByOne : atATime),
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
        },
      },
      {
        // What goes wrong for longer: `npm run test:faults`.
        test: {
          ...{ ...limits, ...apart },
          ...(launcher === undefined ? oneByOne : atATime),
          name: "faults",
          include: ["test/endurance/**/*.test.ts"],
        },
      },
      {
        // The same files have a few fixed runs in the project `inner`: `npm run test:fuzz` is as long as it is told to be.
        test: {
          ...{ ...atATime, ...apart },
          name: "fuzz",
          include: ["test/fuzz/**/*.test.ts"],
          testTimeout: 3_600_000,
          env: { FUZZ_SECONDS: process.env["FUZZ_SECONDS"] ?? "60" },
        },
      },
      {
        // Everything at random for as long as one likes: `npm run test:soak`.
        test: { ...limits, ...apart, name: "soak", include: ["test/soak/**/*.test.ts"] },
      },
      {
        // What needs more of the machine than a collector: `npm run test:systems`.
        test: {
          ...limits,
          name: "systems",
          include: ["test/systems/**/*.test.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

// vitest wants a default export here; nothing else in the project has one.
export default config;
