import type { HealthView } from "../../fleet/view.ts";

/** Every error of a health tree, each once. */
export function errorsIn(health: HealthView | undefined): readonly string[] {
  if (health === undefined) return [];
  const below = health.components.flatMap((part) => errorsIn(part.health));
  return [...new Set([health.lastError, ...below].filter((text) => text !== ""))];
}

/** Whether a text says nothing that has not been said already; those who pass it on may have put words around it. */
export function isSaid(text: string, said: readonly string[]): boolean {
  const wanted = bare(text);
  return wanted !== "" && said.map(bare).some((one) => one.includes(wanted) || wanted === one);
}

/** A text without what has been said already. */
export function withoutSaid(text: string, said: readonly string[]): string {
  const rest = said.reduce((left, one) => left.replace(one, ""), text);
  return rest === text ? text : rest.replace(/[\s:·,-]+$/, "");
}

function bare(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The health tree without errors that a part has said already, so that each is read once, where it comes from. */
export function withErrorsOnce(health: HealthView): HealthView {
  const components = health.components.map(({ name, health: part }) => ({
    name,
    health: withErrorsOnce(part),
  }));
  const below = components.flatMap((part) => errorsIn(part.health));
  const lastError = isSaid(health.lastError, below) ? "" : health.lastError;
  return { ...health, lastError, components };
}
