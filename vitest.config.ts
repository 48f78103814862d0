import { defineConfig, type ViteUserConfig } from "vitest/config";

const limits = { testTimeout: 60_000, hookTimeout: 120_000 };

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          ...limits,
          name: "inner",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/systems/**"],
        },
      },
      {
        // Real collectors share the machine's well-known ports, so these run one after the other, last.
        test: {
          ...limits,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
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
