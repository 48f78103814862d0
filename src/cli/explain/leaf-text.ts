import type { Origin } from "../../supervisor/control/explain-config.ts";

/** Values that are longer are cut on the screen. */
const shownAtMost = 100;

/** Where a value was written. */
export function whereOf({ layer, line }: Origin): string {
  return line === undefined ? layer : `${layer}:${line}`;
}

/** A value as it fits on a screen. */
export function cut(text: string): string {
  return text.length > shownAtMost ? `${text.slice(0, shownAtMost - 1)}…` : text;
}
