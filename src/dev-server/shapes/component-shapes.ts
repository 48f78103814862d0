import type { Target } from "./rollout-shapes.ts";

/** Whose components are asked for. */
export interface ComponentsBody {
  readonly to: Target;
}

/** What the agents of a target are made of, and how many of them have each part. */
export interface SharedComponents {
  readonly agents: number;
  /** How many of them have said what they are made of. */
  readonly told: number;
  readonly components: readonly {
    readonly kind: string;
    /** By name; `agents`: how many have it. */
    readonly types: readonly { readonly type: string; readonly agents: number }[];
  }[];
}
