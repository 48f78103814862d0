/** A layer that a line of a configuration has a value of. */
export interface LayerPlace {
  /** The place of the layer in the list. */
  readonly layer: number;
  /** The line in the layer itself; absent where nobody can look at it. */
  readonly there?: number;
}

/** The layer of a line of a configuration. */
export interface LayerOfLine extends LayerPlace {
  /** From 1, in the configuration as the agent has reported it. */
  readonly line: number;
  /** The other layers that the line has values of, each once, in the order of the line. */
  readonly also?: readonly LayerPlace[];
}

/**
 * Which layer set each line of the configuration that an agent runs.
 * - `known`: it has said so of the text that it has reported last. `unasked`: it can be asked. `unknown`: `why` says why.
 */
export interface AgentLayers {
  readonly is: "known" | "unasked" | "unknown";
  readonly canAsk: boolean;
  readonly why: string;
  readonly layers: readonly string[];
  readonly lines: readonly LayerOfLine[];
  /** How many values the agent has left out, because all of them would be too much. */
  readonly omitted: number;
}
