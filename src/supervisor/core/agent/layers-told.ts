import {
  layersAnswer,
  layersCapability,
  layersQuestion,
  type ToldLayers,
} from "../../../agent-config/told/layers-capability.ts";
import type { CustomMessage } from "../../../opamp-client/wire/messages.ts";
import { generationInEffect } from "../config/in-effect.ts";
import { layersInForce } from "../config/propose.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { LayersAsked } from "../state/layers-asked.ts";
import { type State, withExtension } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { Instant } from "../state/time.ts";
import { queued } from "./extension.ts";

/** To work an answer out is work for the processor: however often a server asks, it takes no more than a tenth of it. */
const betweenMs = 1_000;
const restPerWork = 9;

/** A server asks for the layers; several questions before an answer are one. Other types mean nothing to us. */
export function layersAskedFor(state: State, { type }: CustomMessage): State {
  return type === layersQuestion && !state.layers.isAsked
    ? withLayers(state, { isAsked: true })
    : state;
}

/** The answer is being worked out: who asks from here on gets another one. */
export function tellingBegun(state: State, at: Instant): State {
  return withLayers(state, { isAsked: false, underWaySince: at, notBefore: at + betweenMs });
}

/** The answer is known, or why it is not: it waits to be sent. */
export function layersTold(state: State, told: ToldLayers, at: Instant): State {
  const message: CustomMessage = {
    capability: layersCapability,
    type: layersAnswer,
    data: new TextEncoder().encode(JSON.stringify(told)),
  };
  const { underWaySince = at, notBefore } = state.layers;
  const rested = at + restPerWork * (at - underWaySince);
  const done = withLayers(state, {
    underWaySince: undefined,
    notBefore: Math.max(notBefore, rested),
  });
  return withExtension(done, queued(done.extension, "toServer", message));
}

/** Has the answer worked out, where somebody waits for it. */
export function layersStep(state: State, now: Instant, core: CoreSettings): Step | undefined {
  if (now < layersDueAt(state)) return undefined;
  const generation = generationInEffect(state);
  const binary = generation?.binary.facts ?? state.identity.binary;
  if (generation === undefined || binary === undefined) {
    return { do: "tell-layers", question: "it is not known what the agent runs" };
  }
  const { config, remote, connections } = generation;
  if (!config.runs) return { do: "tell-layers", question: "the agent does not run" };
  const { uid } = state.identity;
  const sources = { local: layersInForce(state), remote, uid, binary, connections };
  const options = { ...core, ownPorts: state.config.ownPorts };
  return { do: "tell-layers", question: { config, sources, options } };
}

/** When an answer that waits may be worked out. */
export function layersDueAt({ layers: { isAsked, underWaySince, notBefore } }: State): Instant {
  return isAsked && underWaySince === undefined ? notBefore : Infinity;
}

function withLayers(state: State, changes: Partial<LayersAsked>): State {
  return { ...state, layers: { ...state.layers, ...changes } };
}
