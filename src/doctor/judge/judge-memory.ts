import { type Finding, fine, problem, warning } from "./finding.ts";

/** What bounds the agent's memory. */
export interface MemoryFacts {
  /** The least limit of the control groups around the agent; undefined: none. */
  readonly limitBytes: number | undefined;
  /** Where that stands. */
  readonly limitBy: string;
  readonly machineBytes: number;
  /** `memory_limiter` processors of the configuration. */
  readonly limiters: readonly LimiterFacts[];
}

export interface LimiterFacts {
  readonly id: string;
  readonly limitBytes: number | undefined;
  readonly percentage: number | undefined;
  /** Pipelines that have it. */
  readonly pipelines: number;
}

const mebibyte = 1024 * 1024;

const lines =
  "memory_limiter: {check_interval: 1s, limit_percentage: 80, spike_limit_percentage: 20}";

/** The limit around the agent against that in its configuration. */
export function judgeMemory(facts: MemoryFacts): readonly Finding[] {
  const { limitBytes, limiters, limitBy } = facts;
  const used = limiters.filter(({ pipelines }) => pipelines > 0);
  const idle = limiters.filter(({ pipelines }) => pipelines === 0);
  const unused = idle.map(({ id }) =>
    warning(
      "memory",
      `the processor ${id} is in no pipeline, so it limits nothing`,
      "put it first into the processors of each pipeline",
    ),
  );
  const around = limitBytes === undefined ? "" : ` (${inMebibytes(limitBytes)} by ${limitBy})`;
  if (used.length === 0) {
    const found =
      limitBytes === undefined
        ? "nothing limits the agent's memory, neither a memory_limiter in its pipelines nor a control group: it may take all that this machine has"
        : `the kernel kills the agent at ${inMebibytes(limitBytes)} (${limitBy}), and no memory_limiter in its pipelines keeps it below`;
    return [
      ...unused,
      warning("memory", found, `add this to processors, and first to each pipeline: ${lines}`),
    ];
  }
  return [...unused, ...used.map((limiter) => judgeLimiter(limiter, facts, around))];
}

function judgeLimiter(
  { id, limitBytes: written, percentage }: LimiterFacts,
  { limitBytes, machineBytes, limitBy }: MemoryFacts,
  around: string,
): Finding {
  const most = limitBytes ?? machineBytes;
  const where = limitBytes === undefined ? "this machine has" : `${limitBy} grants`;
  if (written === undefined && percentage === undefined) {
    return fine("memory", `the processor ${id} limits the agent's memory${around}`);
  }
  const bytes = written ?? (most * (percentage ?? 0)) / 100;
  const said = written === undefined ? `${percentage ?? 0} %` : inMebibytes(written);
  const advice = `set limit_percentage: 80 in the place of limit_mib, or limit_mib to ${Math.floor((most * 0.8) / mebibyte)}`;
  if (bytes >= most) {
    return problem(
      "memory",
      `the processor ${id} begins to limit at ${said}, and ${where} ${inMebibytes(most)} only: the agent is killed before`,
      advice,
    );
  }
  return bytes > most * 0.95
    ? warning(
        "memory",
        `the processor ${id} begins to limit at ${said}, close to the ${inMebibytes(most)} that ${where}`,
        advice,
      )
    : fine("memory", `the processor ${id} limits the agent to ${said}${around}`);
}

function inMebibytes(bytes: number): string {
  return `${Math.floor(bytes / mebibyte)} MiB`;
}
