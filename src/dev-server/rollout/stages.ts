const mostStages = 20;

/** Why shares in percent are no stages; undefined: they are. */
export function stagesProblem(stages: readonly number[]): string | undefined {
  const expected = "expected rising shares in percent, the last one 100, as in 10, 50, 100";
  if (stages.length === 0 || stages.at(-1) !== 100) return expected;
  if (stages.length > mostStages) {
    return `expected at most ${mostStages} stages, found ${stages.length}`;
  }
  const rising = stages.every((share, at) => share > (stages[at - 1] ?? 0) && share <= 100);
  return rising ? undefined : expected;
}

/**
 * How many agents have been reached at the end of each stage. Each stage has at least one agent of its own; where there are
 * fewer agents than stages, the last stages are left out.
 */
export function reachOf(
  stages: readonly number[],
  agents: number,
): readonly { readonly share: number; readonly reached: number }[] {
  const reach: { share: number; reached: number }[] = [];
  for (const share of stages) {
    const before = reach.at(-1)?.reached ?? 0;
    if (before >= agents) break;
    // A share of a whole number may come out a little above it.
    const wanted = Math.ceil((agents * share) / 100 - 1e-9);
    reach.push({ share, reached: Math.min(agents, Math.max(before + 1, wanted)) });
  }
  return reach.map((each) => (each.reached === agents ? { ...each, share: 100 } : each));
}
