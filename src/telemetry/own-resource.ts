import type { KeyValue } from "../opamp-client/wire/messages.ts";

/** Who the telemetry is about. */
export type ResourceOf = (about: "supervisor" | "agent") => readonly KeyValue[];

/** The resource of this process: what the operator wrote goes before what we know. */
export function ownResource(
  written: ReadonlyMap<string, string>,
  version: string,
  instanceId: string,
): readonly KeyValue[] {
  const known = new Map([
    ["service.name", "opamp-supervisor"],
    ["service.version", version],
    ["service.instance.id", instanceId],
  ]);
  return [...new Map([...known, ...written])].map(([key, stringValue]) => {
    return { key, value: { stringValue } };
  });
}

/** The scope of a record, metric or span. */
export function scope(name: string): { readonly name: string } {
  return { name };
}

/** Nanoseconds of an instant; now where there is none. */
export function timeOf(timeMs: number): bigint {
  return BigInt(Math.round((Number.isFinite(timeMs) ? timeMs : Date.now()) * 1000)) * 1000n;
}
