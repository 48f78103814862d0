import { harmless, listOf, partsOf, valueText } from "./value-text.ts";

/** How bad something is, in the words that logs use. */
export type Severity = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "unknown";

/** What a line says. */
export interface SentLine {
  /** In ms since the epoch; undefined where it does not say. */
  readonly at: number | undefined;
  readonly severity: Severity;
  readonly text: string;
  /** What says more, by name. */
  readonly fields: Readonly<Record<string, string>>;
  /** The name of the program that it is from; empty where it does not say. */
  readonly from: string;
}

/** Lines of one resource. */
interface SentBatch {
  /** The resource's `service.instance.id`; undefined where it has none. */
  readonly instanceId: string | undefined;
  readonly lines: readonly SentLine[];
}

/** What a request of OTLP holds. */
interface SentLogs {
  readonly batches: readonly SentBatch[];
  /** Lines beyond the limit of one request. */
  readonly excess: number;
}

/** No more of one request is looked at. */
const mostLines = 10_000;
const mostChars = 4_096;
const mostFields = 16;
const mostNameChars = 100;
const mostFieldChars = 1_024;

/**
 * The lines in an ExportLogsServiceRequest of OTLP, in protobuf as it was decoded or in JSON as it was parsed. Whatever is
 * of another form than expected is not there.
 */
export function linesIn(message: unknown): SentLogs {
  const batches: SentBatch[] = [];
  const counts = { lines: 0, excess: 0 };
  for (const resourceLogs of listOf(partsOf(message)["resourceLogs"])) {
    const { resource, scopeLogs } = partsOf(resourceLogs);
    const about = attributesIn(resource);
    const instanceId = about.get("service.instance.id");
    const from = about.get("service.name") ?? "";
    const records = listOf(scopeLogs).flatMap((each) => listOf(partsOf(each)["logRecords"]));
    const taken = records.slice(0, mostLines - counts.lines);
    counts.lines += taken.length;
    counts.excess += records.length - taken.length;
    batches.push({ instanceId, lines: taken.map((record) => lineOf(record, from)) });
  }
  return { batches, excess: counts.excess };
}

/** The two attributes that a resource is known by. */
function attributesIn(resource: unknown): ReadonlyMap<string, string> {
  const known = ["service.instance.id", "service.name"];
  const found = listOf(partsOf(resource)["attributes"]).flatMap((each): [string, string][] => {
    const { key, value } = partsOf(each);
    return typeof key === "string" && known.includes(key)
      ? [[key, valueText(value, mostNameChars)]]
      : [];
  });
  return new Map(found);
}

function lineOf(record: unknown, from: string): SentLine {
  const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, body, attributes } =
    partsOf(record);
  const fields = listOf(attributes)
    .slice(0, mostFields)
    .map((each): [string, string] => {
      const { key, value } = partsOf(each);
      const name = typeof key === "string" ? harmless(key, mostNameChars) : "";
      return [name, valueText(value, mostFieldChars)];
    });
  return {
    at: millisecondsOf(timeUnixNano) ?? millisecondsOf(observedTimeUnixNano),
    severity: severityOf(severityNumber, severityText),
    text: valueText(body, mostChars),
    fields: Object.fromEntries(fields),
    from,
  };
}

/** A date that JavaScript can show; 0 says that there is none. */
function millisecondsOf(nanoseconds: unknown): number | undefined {
  const isNumber = typeof nanoseconds === "number" || typeof nanoseconds === "bigint";
  const isDigits = typeof nanoseconds === "string" && /^\d{1,20}$/.test(nanoseconds);
  const ms = isNumber || isDigits ? Math.round(Number(nanoseconds) / 1e6) : 0;
  return ms > 0 && ms <= 8.64e15 ? ms : undefined;
}

const words: readonly Severity[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/** OTLP has four numbers for each word; a text says it where there is no number. */
function severityOf(number: unknown, text: unknown): Severity {
  const byName = typeof number === "string" ? /^SEVERITY_NUMBER_([A-Z]+)/.exec(number)?.[1] : "";
  const place = typeof number === "number" ? Math.ceil(number / 4) - 1 : -1;
  const said = (byName ?? "") === "" ? text : byName;
  const word = typeof said === "string" ? said.slice(0, 5).toLowerCase() : "";
  return words[place] ?? words.find((each) => word.startsWith(each)) ?? "unknown";
}
