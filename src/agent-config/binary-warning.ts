import type { BinaryFacts } from "./config.ts";

/** What a person should know of a binary that does not answer as most do; undefined for one that does. */
export function binaryWarning({ knownBy, validates }: BinaryFacts): string | undefined {
  const ways = {
    answers: [],
    build: ["it does not say who it is, which is read from what it was built from"],
    file: [
      "it does not say who it is or what it has: its name is that of its file, and it is taken to have health_check",
    ],
  };
  const all = [
    ...ways[knownBy],
    ...(validates
      ? []
      : [
          "it has no validate: configurations are not looked at before they are tried, and what it then refuses is rolled back",
        ]),
  ];
  return all.length === 0 ? undefined : all.join("; ");
}
