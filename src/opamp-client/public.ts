export { createClient } from "./client.ts";
export type { Client, ClientEvent, LinkView } from "./client-surface.ts";
export { defaultLimits, defaultTls } from "./transport/client-options.ts";
export type {
  Attempt,
  ClientLimits,
  ClientOptions,
  AttemptOptions,
  ProxyOptions,
  TlsOptions,
  TlsVersion,
} from "./transport/client-options.ts";
export { newInstanceUid, uidFromText, uidToText } from "./wire/instance-uid.ts";
export type { LinkPolicy } from "./transport/client-options.ts";
export * from "./wire/messages.ts";
export type { Report, ReportGroups } from "./report.ts";
