import type { OutputSink } from "../../agent/output/line-reader.ts";
import { weightOf, type AgentRecord, agentRecord, plainRecord } from "./agent-record.ts";
import { mayHoldSecret, redacted } from "../../redact.ts";
import { countLines } from "./log-destination.ts";
import { cleaned } from "./format-line.ts";
import type { LogSettings } from "../settings/settings.ts";

/** Where records go: whole lines of JSON without secrets. */
interface RecordsOut {
  readonly write: (lines: string) => void;
  /** True while nothing would be written. */
  readonly full: () => boolean;
  readonly drop: (lines: number) => void;
}

/** A key that goes over more lines than this is none. */
const maxKeyLines = 200;

/**
 * Makes records of one output of the agent's: with the collector's own time, level and fields where a line is a
 * record of its, else as text. Lines come a thousand at once, so that what is done for each of them is little.
 */
export function createAgentLines(level: LogSettings["level"], out: RecordsOut): OutputSink {
  const least = weightOf(level);
  let keyLines = 0;

  /** A private key goes over several lines, none of which says so but the first. */
  const insideKey = (line: string): boolean => {
    if (keyLines === 0) return false;
    keyLines = line.includes("-----END") || keyLines === maxKeyLines ? 0 : keyLines + 1;
    return true;
  };
  const recordOf = (line: string): AgentRecord | undefined => {
    const record = agentRecord(line);
    if (record !== undefined) keyLines = 0;
    return record ?? (insideKey(line) ? undefined : plainRecord(line, "info"));
  };
  const withoutSecrets = (line: string, text: string): string => {
    if (!mayHoldSecret(line)) return text;
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----(?!.*-----END)/.test(line)) keyLines = 1;
    return cleanedOrNothing(text);
  };
  return {
    lines: (text) => {
      if (out.full()) return out.drop(countLines(text));
      const now = new Date().toISOString();
      const suspicious = mayHoldSecret(text);
      let records = "";
      for (const written of text.split("\n")) {
        const line = written.endsWith("\r") ? written.slice(0, -1) : written;
        const record = line === "" ? undefined : recordOf(line);
        if (record === undefined || record.weight < least) continue;
        const made = textOf(record, line, now);
        records += suspicious ? withoutSecrets(line, made) : made;
      }
      if (records !== "") out.write(records);
    },
    cutLine: (beginning, cutBytes) => {
      const record = cutRecord(beginning);
      if (record.weight < least) return;
      if (out.full()) return out.drop(1);
      const text = textOf(record, beginning, new Date().toISOString());
      out.write(withoutSecrets(beginning, `${text.slice(0, -2)},"cutBytes":${cutBytes}}\n`));
    },
  };
}

/** When the end of a JSON record is missing, only its level can be told. */
function cutRecord(beginning: string): AgentRecord {
  const [, level = "info"] = /^\{"level":"([a-z]+)"/.exec(beginning) ?? [];
  return agentRecord(beginning) ?? plainRecord(beginning, level);
}

/** JSON may be so deep that it can be read but not written: then the line stands as text. */
function textOf(record: AgentRecord, line: string, now: string): string {
  try {
    return record.text(now);
  } catch {
    // The line itself is still there to be told.
    return plainRecord(line, "info").text(now);
  }
}

/** JSON may be so deep that it cannot be written again: then nothing of it is told. */
function cleanedOrNothing(text: string): string {
  try {
    return cleaned(text);
  } catch {
    // What cannot be cleaned may hold a secret: nothing of it is told.
    return cleaned(`{"level":"info","from":"agent","logger":"collector","msg":"${redacted}"}`);
  }
}
