import type { HeldLibrary } from "../console/hold-library.ts";
import type { Outcome } from "../console/seen-fleet.ts";
import type { GroupBody } from "../shapes/api-shapes.ts";
import { filesIn } from "./agent-bodies.ts";
import { type Answer, type ApiRequest, failure, parse, success } from "./api-answer.ts";

const libraryPath = /^\/api\/(configurations|groups)(?:\/([^/]*))?$/;

/** Answers what concerns named configurations and groups; undefined: it concerns something else. */
export function answerLibrary(
  { library }: { readonly library: HeldLibrary },
  request: ApiRequest,
): Answer | undefined {
  const [, kind, coded] = libraryPath.exec(request.path) ?? [];
  if (kind === undefined) return undefined;
  if (coded === undefined) {
    return kind === "groups"
      ? success({ groups: library.groups() })
      : success({ configurations: library.configurations() });
  }
  const name = decoded(coded);
  if (name === undefined) return failure(400, "expected a name as addresses have it, in UTF-8");
  return kind === "groups"
    ? answerGroup(library, name, request)
    : answerConfiguration(library, name, request);
}

/** What something that was asked for came to. */
export function outcomeAnswer(outcome: Outcome<object>, status = 200): Answer {
  if (outcome.is === "refused") return failure(outcome.status, outcome.why);
  return { status, value: outcome.value };
}

/** A part of an address as it was before it was written into it. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function answerConfiguration(library: HeldLibrary, name: string, request: ApiRequest): Answer {
  if (request.method === "DELETE") return outcomeAnswer(library.deleteConfiguration(name));
  if (request.method === "GET") {
    const version = request.query.get("version");
    if (version !== null && !/^[1-9]\d{0,8}$/.test(version)) {
      return failure(400, `expected the number of a version, found ${version.slice(0, 100)}`);
    }
    const number = version === null ? undefined : Number(version);
    return outcomeAnswer(library.configurationText(name, number));
  }
  const files = filesIn(request);
  const note = noteIn(request);
  if (files !== undefined && note !== undefined) {
    return outcomeAnswer(library.saveConfiguration(name, files, note));
  }
  const expected =
    'expected {"config": "yaml text"} or {"files": {"name": "yaml text"}}, with {"note": text} or without';
  return failure(400, `${expected}, or YAML with Content-Type application/yaml`);
}

function answerGroup(library: HeldLibrary, name: string, request: ApiRequest): Answer {
  if (request.method === "DELETE") return outcomeAnswer(library.deleteGroup(name));
  const body = readGroup(parse(request));
  if (body !== undefined) return outcomeAnswer(library.saveGroup(name, body));
  return failure(400, 'expected {"query": text, "configuration": name or null}');
}

/** Empty for none; undefined for what is no text. */
function noteIn(request: ApiRequest): string | undefined {
  if (request.type === "application/yaml") return request.query.get("note") ?? "";
  const body = parse(request);
  if (typeof body !== "object" || body === null || !("note" in body)) return "";
  return typeof body.note === "string" ? body.note : undefined;
}

function readGroup(body: unknown): GroupBody | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const { query, configuration = null }: Readonly<Record<string, unknown>> = { ...body };
  if (typeof query !== "string") return undefined;
  if (configuration !== null && typeof configuration !== "string") return undefined;
  return { query, configuration };
}
