/** One metric of the supervisor itself with what it is worth now. */
export interface Metric {
  readonly name: string;
  readonly description: string;
  /** As UCUM writes it; `1` and words in braces count things. */
  readonly unit: string;
  /** `counter` only grows, `level` goes up and down and can be added up over agents, `gauge` cannot. */
  readonly kind: "counter" | "level" | "gauge";
  readonly points: readonly MetricPoint[];
}

interface MetricPoint {
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a metric is, without its values. */
export type MetricDescription = Omit<Metric, "points">;
