import { createHash } from "node:crypto";
import type { Span } from "./span.ts";
import { attributesOf } from "./attributes.ts";
import type { OtlpMessage } from "./exporter.ts";
import { type ResourceOf, scope, timeOf } from "./own-resource.ts";

const internal = 1;
const statusCodes = { unset: 0, ok: 1, error: 2 } as const;

/** The message of OTLP for some spans; the seed, new with each start, makes ids of their numbers. */
export function spansMessage(
  spans: readonly Span[],
  seed: string,
  resourceOf: ResourceOf,
): OtlpMessage {
  const own = spans.map((span) => otlpSpan(span, seed));
  const scopeSpans = [{ scope: scope("opampsupervisor"), spans: own }];
  const resource = { attributes: resourceOf("supervisor") };
  const value = { resourceSpans: [{ resource, scopeSpans }] };
  return { name: "ExportTraceServiceRequest", value };
}

function otlpSpan(span: Span, seed: string): object {
  const { trace, number, parent, name, startAt, endAt, status, attributes } = span;
  return {
    traceId: idOf(seed, `trace ${trace}`, 16),
    spanId: idOf(seed, `span ${number}`, 8),
    ...(parent === undefined ? {} : { parentSpanId: idOf(seed, `span ${parent}`, 8) }),
    name,
    kind: internal,
    startTimeUnixNano: timeOf(startAt),
    endTimeUnixNano: timeOf(endAt),
    attributes: attributesOf(attributes),
    status: {
      code: statusCodes[status.is],
      ...(status.is === "error" ? { message: status.why } : {}),
    },
  };
}

function idOf(seed: string, what: string, bytes: number): Uint8Array {
  const hash = createHash("sha256").update(`${seed} ${what}`).digest();
  return new Uint8Array(hash.subarray(0, bytes));
}
