import type { ApprovalBody, CustomMessageBody, WithdrawBody } from "../shapes/api-shapes.ts";
import { type ApiRequest, parse } from "./api-answer.ts";

/** The entries of a configuration: of JSON by name, or a YAML text as it is. */
export function filesIn(request: ApiRequest): ReadonlyMap<string, string> | undefined {
  if (request.type === "application/yaml") {
    return new Map([["", Buffer.from(request.bytes).toString("utf8")]]);
  }
  const wish = parse(request);
  if (typeof wish !== "object" || wish === null) return undefined;
  if ("config" in wish && typeof wish.config === "string") return new Map([["", wish.config]]);
  if (!("files" in wish) || typeof wish.files !== "object" || wish.files === null) return undefined;
  const entries = Object.entries(wish.files);
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return texts.length === entries.length ? new Map(texts) : undefined;
}

/** What is to be offered no longer. */
export function readWithdrawal(body: unknown): WithdrawBody["what"] | undefined {
  if (typeof body !== "object" || body === null || !("what" in body)) return undefined;
  return body.what === "config" || body.what === "connections" ? body.what : undefined;
}

/** A message of one's own, or what was expected. */
export function readMessage(body: unknown): CustomMessageBody | string {
  const expected = 'expected {"capability": text, "type": text, "data": text}';
  if (typeof body !== "object" || body === null) return expected;
  const { capability, type, data = "" }: Readonly<Record<string, unknown>> = { ...body };
  if (typeof capability !== "string" || capability === "") return expected;
  if (typeof type !== "string" || typeof data !== "string") return expected;
  return { capability, type, data };
}

/** Whether an agent is let in, or what was expected. */
export function readApproval(body: unknown): ApprovalBody | string {
  const expected = 'expected {"approve": true or false}, and "from" as a text where it is there';
  if (typeof body !== "object" || body === null) return expected;
  const { approve, from }: Readonly<Record<string, unknown>> = { ...body };
  if (typeof approve !== "boolean") return expected;
  if (from === undefined) return { approve };
  return typeof from === "string" ? { approve, from } : expected;
}
