import type { OverloadSwitch } from "../opamp/overload.ts";
import type { OverloadWish } from "../shapes/api-shapes.ts";
import { type Answer, type ApiRequest, failure, parse, success } from "./api-answer.ts";

/** What can be done about the server's load. */
export interface OverloadApi {
  readonly overload: OverloadSwitch;
}

const longestAway = 3_600;
const longestOn = 86_400;

/** Answers whether agents are sent away, and changes it; undefined: the request concerns something else. */
export function answerOverload(api: OverloadApi, request: ApiRequest): Answer | undefined {
  if (request.path !== "/api/overload") return undefined;
  if (request.method === "GET") return success(api.overload.current());
  const wish = readOverload(parse(request));
  if (typeof wish === "string") return failure(400, wish);
  api.overload.set(wish);
  return success(api.overload.current());
}

function readOverload(value: unknown): OverloadWish | string {
  const expected = `expected {"on": true or false, "retryAfterSeconds": 0 to ${longestAway} or nothing, "forSeconds": 1 to ${longestOn} or nothing}`;
  if (typeof value !== "object" || value === null || !("on" in value)) return expected;
  const { on } = value;
  if (typeof on !== "boolean") return expected;
  if (!on) return { on };
  const away = "retryAfterSeconds" in value ? value.retryAfterSeconds : undefined;
  const stays = "forSeconds" in value ? value.forSeconds : undefined;
  if (!fits(away, 0, longestAway) || !fits(stays, 1, longestOn)) return expected;
  return {
    on,
    ...(away === undefined ? {} : { retryAfterSeconds: away }),
    ...(stays === undefined ? {} : { forSeconds: stays }),
  };
}

function fits(value: unknown, least: number, most: number): value is number | undefined {
  if (value === undefined) return true;
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}
