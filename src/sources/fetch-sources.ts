import { requestText } from "../download/request.ts";
import { SupervisorError, messageOf } from "../errors.ts";
import { keepCopy, readCopy } from "./kept-copies.ts";
import {
  type Source,
  type SourceText,
  type SourceTexts,
  readSource,
  shownSource,
} from "./source.ts";

/** What fetching may take, and what is around it. */
export interface FetchSourcesTerms {
  readonly environment: ReadonlyMap<string, string>;
  /** For all of them, which are fetched side by side. */
  readonly timeoutMs: number;
  /** Where the copies lie that stand in for a source that cannot be reached; undefined: none are kept. */
  readonly copies: string | undefined;
}

/** Settings and configurations of a collector are short; 5,000 pipelines have half a megabyte. */
const maxBytes = 8 * 1024 * 1024;

/** Fetches all of them side by side. Never rejects; what cannot be had is named with its reason. */
export async function fetchSources(
  written: readonly string[],
  terms: FetchSourcesTerms,
): Promise<SourceTexts> {
  const signal = AbortSignal.timeout(terms.timeoutMs);
  const got = await Promise.all(
    written.map(async (each) => [each, await fetchOne(each, signal, terms)] as const),
  );
  return new Map(got);
}

async function fetchOne(
  written: string,
  signal: AbortSignal,
  { environment, timeoutMs, copies }: FetchSourcesTerms,
): Promise<SourceText> {
  const source = readSource(written);
  if (source.is === "none") return { fault: source.fault };
  if (source.is === "env") return variable(source.name, environment);
  try {
    const text = await within(signal, textOf(source, signal, environment));
    if (copies !== undefined) keepCopy(copies, written, text);
    return { text };
  } catch (error) {
    const fault = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(error);
    const copy = copies === undefined ? undefined : readCopy(copies, written);
    return copy === undefined ? { fault } : { text: copy, stale: fault };
  }
}

function variable(name: string, environment: ReadonlyMap<string, string>): SourceText {
  const text = environment.get(name);
  return text === undefined ? { fault: `the variable ${name} is not set` } : { text };
}

async function textOf(
  source: Exclude<Source, { readonly is: "env" }>,
  signal: AbortSignal,
  environment: ReadonlyMap<string, string>,
): Promise<string> {
  if (source.is !== "web") {
    const { awsText } = await import("./aws-texts.ts");
    return await awsText(source, { signal, maxBytes });
  }
  const text = await webText(source.address, {
    ...{ signal, environment },
    limits: { ...webLimits, maxCheckFileBytes: maxBytes },
  });
  if (text !== undefined) return text;
  throw new SupervisorError("download-failed", `${shownSource(source.address)} is not there (404)`);
}

/** What a failure says of an address is shown, and not only of this one: it may have led to another with a key in it. */
async function webText(
  address: string,
  terms: Parameters<typeof requestText>[1],
): Promise<string | undefined> {
  try {
    return await requestText(address, terms);
  } catch (error) {
    const said = messageOf(error).replaceAll(address, shownSource(address));
    throw new SupervisorError("download-failed", said.replace(/\?.*$/s, ""), { cause: error });
  }
}

/** Only what a text takes; the others are for programs. */
const webLimits = {
  ...{ connectMs: 5_000, stallMs: 5_000, versionCheckMs: 0, buildMs: 0 },
  ...{ maxArchiveBytes: 0, maxProgramBytes: 0 },
};

/** A library that does not hear the signal is not waited for. */
function within(signal: AbortSignal, work: Promise<string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error("too late"));
    signal.addEventListener("abort", late, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", late));
  });
}
