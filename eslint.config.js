import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "node_modules/",
      "storage/",
      "storage-*/",
      ".installing/",
      "scripts/",
      "bin/",
      "eslint.config.js",
      "test/fixtures/agents/",
      "test/fixtures/endurance/",
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-console": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Use named exports only." },
        { selector: "TSEnumDeclaration", message: "Use an `as const` object." },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/strict-boolean-expressions": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  {
    // All else waits on the clock that only goes on, and gets dates from whoever has them: see Clocks in ARCHITECTURE.md.
    files: ["src/supervisor/**/*.ts", "src/agent/**/*.ts", "src/processes/**/*.ts"],
    ignores: [
      "src/supervisor/inputs/clocks.ts",
      "src/supervisor/log/*.ts",
      "src/supervisor/server/server-link.ts",
      "src/supervisor/store/store.ts",
      "src/agent/process/child-agent.ts",
    ],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Use named exports only." },
        { selector: "TSEnumDeclaration", message: "Use an `as const` object." },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: "The date may be set at any moment: wait on an Instant, take dates from Clock.",
        },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: "The date may be set at any moment: wait on an Instant, take dates from Clock.",
        },
      ],
    },
  },
  {
    files: ["test/**/*.ts", "vitest.config.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "no-restricted-syntax": "off",
    },
  },
);
