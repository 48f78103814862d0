/** The custom capability by which a server asks which layer set each value of the configuration in effect. */
export const layersCapability = "io.opampsupervisor.config-layers/1";

/** The type of the question; it has no data. */
export const layersQuestion = "get";

/** The type of the answer; its data is `ToldLayers` as JSON. */
export const layersAnswer = "layers";

/** What is told of the configuration in effect; there are no values in it, so nothing of it is secret. */
export type ToldLayers =
  | {
      /** SHA-256 of the configuration's text as it is reported, in hex: the layers are those of this text only. */
      readonly hash: string;
      /** The names of the layers. */
      readonly layers: readonly string[];
      /** A dotted path as `explain` has it, the place of the layer in `layers`, and the line there, null where there is none. */
      readonly values: readonly (readonly [path: string, layer: number, line: number | null])[];
      /** How many values are left out, because all of them would be too much for a message. */
      readonly omitted: number;
    }
  /** It is not known just now; the reason is for people. */
  | { readonly unknown: string };
