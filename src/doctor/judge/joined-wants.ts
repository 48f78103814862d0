import type { ConfigWants, WantedPort } from "./config-wants.ts";

/** What several configurations want together; what two of them want is wanted once. */
export function joined(all: readonly ConfigWants[]): ConfigWants {
  const once = <T>(list: readonly T[], keyOf: (one: T) => string): readonly T[] => [
    ...new Map(list.map((each) => [keyOf(each), each])).values(),
  ];
  return {
    ports: once(
      all.flatMap(({ ports }) => ports),
      ({ port }) => String(port),
    ),
    files: once(
      all.flatMap(({ files }) => files),
      (each) => JSON.stringify(each),
    ),
    limiters: once(
      all.flatMap(({ limiters }) => limiters),
      ({ id }) => id,
    ),
  };
}

/** The ports that the supervisor itself has the agent listen at. */
export function ownPorts(
  health: string | undefined,
  metrics: string | undefined,
): readonly WantedPort[] {
  return [
    ...portOf(health, "the health check", "extensions.health_check.endpoint"),
    ...portOf(metrics, "the agent's own metrics", "service.telemetry.metrics.readers"),
  ];
}

function portOf(url: string | undefined, what: string, key: string): readonly WantedPort[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { port, protocol } = new URL(url);
  const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  return number === 0 ? [] : [{ what, key, port: number }];
}
