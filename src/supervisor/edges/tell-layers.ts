import type { Fact } from "../core/state/event.ts";
import type { Step } from "../core/state/step.ts";

/** Has it worked out which layer set each value. What does that is loaded when a server asks. */
export async function tellLayers(
  question: Extract<Step, { do: "tell-layers" }>["question"],
): Promise<Fact> {
  if (typeof question === "string") return { on: "layers-told", told: { unknown: question } };
  const { layersOf } = await import("../../agent-config/told/told-layers.ts");
  return { on: "layers-told", told: layersOf(question) };
}
