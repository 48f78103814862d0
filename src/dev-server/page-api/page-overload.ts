import type { Overload, OverloadSwitch } from "../opamp/overload.ts";
import { type Answer, type ApiRequest, failure, parse, success } from "./api-answer.ts";

/** What can be done about the server's load. */
export interface OverloadApi {
  readonly overload: OverloadSwitch;
}

const longestSeconds = 3_600;

/** Answers whether agents are sent away, and changes it; undefined: the request concerns something else. */
export function answerOverload(api: OverloadApi, request: ApiRequest): Answer | undefined {
  if (request.path !== "/api/overload") return undefined;
  if (request.method === "GET") return success(api.overload.current());
  const wish = readOverload(parse(request));
  if (typeof wish === "string") return failure(400, wish);
  api.overload.set(wish);
  return success(wish);
}

function readOverload(value: unknown): Overload | string {
  const expected = `expected {"on": true or false, "retryAfterSeconds": 0 to ${longestSeconds} or nothing}`;
  if (typeof value !== "object" || value === null || !("on" in value)) return expected;
  const { on } = value;
  if (typeof on !== "boolean") return expected;
  const seconds = "retryAfterSeconds" in value ? value.retryAfterSeconds : undefined;
  if (seconds === undefined || !on) return { on };
  const fits =
    Number.isInteger(seconds) && Number(seconds) >= 0 && Number(seconds) <= longestSeconds;
  return fits ? { on, retryAfterSeconds: Number(seconds) } : expected;
}
