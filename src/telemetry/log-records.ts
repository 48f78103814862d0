import { attributesOf } from "./attributes.ts";
import type { OtlpMessage } from "./exporter.ts";
import { type ResourceOf, scope, timeOf } from "./own-resource.ts";

/** A record of the log, ours or the agent's, as its line of JSON; made into a record of OTLP when it is sent. */
export interface LogItem {
  readonly about: "supervisor" | "agent";
  readonly line: string;
}

/** OTLP's numbers for our levels. */
const severities: Readonly<Record<string, number>> = {
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  fatal: 21,
};

/** The message of OTLP for a batch; each process has a resource of its own. */
export function logsMessage(items: readonly LogItem[], resourceOf: ResourceOf): OtlpMessage {
  const resourceLogs = (["supervisor", "agent"] as const)
    .map((about) => ({ about, own: items.filter((item) => item.about === about) }))
    .filter(({ own }) => own.length > 0)
    .map(({ about, own }) => ({
      resource: { attributes: resourceOf(about) },
      scopeLogs: [{ scope: scope("opampsupervisor"), logRecords: own.map(logRecord) }],
    }));
  return { name: "ExportLogsServiceRequest", value: { resourceLogs } };
}

function logRecord({ line }: LogItem): object {
  const { time, level, msg, from, ...fields } = fieldsOf(line);
  const timeUnixNano = timeOf(typeof time === "string" ? Date.parse(time) : NaN);
  const severityText = typeof level === "string" ? level : "info";
  return {
    timeUnixNano,
    observedTimeUnixNano: timeUnixNano,
    severityNumber: severities[severityText] ?? severities["info"],
    severityText,
    body: { stringValue: typeof msg === "string" ? msg : JSON.stringify(msg ?? "") },
    // The resource says whose it is.
    attributes: attributesOf(
      from === "agent" ? fields : { ...fields, ...(from === undefined ? {} : { from }) },
    ),
  };
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(line) as unknown;
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told as it is.
  }
  return { msg: line };
}
