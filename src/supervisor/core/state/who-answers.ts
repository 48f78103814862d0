/** Who has given an answer: the agent's process or one that it has started, or somebody else. */
export type Listener =
  | { readonly is: "ours" }
  | {
      readonly is: "stranger";
      readonly pid: number;
      readonly name: string;
      readonly ageMs?: number | undefined;
    };
