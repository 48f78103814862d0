/** Where a text comes from that lies in no file of this machine. */
export type Source =
  | { readonly is: "env"; readonly name: string }
  | { readonly is: "web"; readonly address: string }
  | { readonly is: "s3"; readonly bucket: string; readonly key: string }
  | { readonly is: "ssm"; readonly name: string }
  /** `key`: one value of a secret that is a JSON object. */
  | { readonly is: "secret"; readonly id: string; readonly key: string | undefined };

/** What was got from a source. `stale`: why it is the copy of an earlier time. */
export type SourceText =
  { readonly text: string; readonly stale?: string } | { readonly fault: string };

/** What was got so far, by what was written. */
export type SourceTexts = ReadonlyMap<string, SourceText>;

export const noSourceTexts: SourceTexts = new Map();

/** True of what begins as a source does; whether it is a whole one is `readSource`'s to say. */
export function isSource(written: string): boolean {
  return /^(?:env|https?|s3|ssm|secretsmanager):/.test(written);
}

/** The source that is written there, or what is wrong with it. */
export function readSource(
  written: string,
): Source | { readonly is: "none"; readonly fault: string } {
  const at = written.indexOf(":");
  const [scheme, rest] = [written.slice(0, at), written.slice(at + 1)];
  switch (scheme) {
    case "env":
      return /^[A-Za-z_]\w*$/.test(rest)
        ? { is: "env", name: rest }
        : none("env: and the name of a variable");
    case "s3":
      return readS3(rest);
    case "ssm":
      return readParameter(rest);
    case "secretsmanager":
      return readSecret(rest);
    default:
      return readAddress(written);
  }
}

/**
 * The source as it may be shown: what stands behind a question mark may be a key, such as of a presigned address, and so
 * may what stands before an at sign. Also of what was meant for an address and is none.
 */
export function shownSource(written: string): string {
  if (!address.test(written)) return written;
  return written.replace(/^([^:]*:\/*)[^/]*@.*$/s, "$1***").replace(/[?#].*$/s, "");
}

/** Their names may have a question mark or an at sign in them. */
const address = /^(?:https?:|(?!(?:s3|ssm|secretsmanager|file):)[^/]*:\/\/)/i;

function readAddress(written: string): ReturnType<typeof readSource> {
  if (!URL.canParse(written)) return none("an https address");
  const { protocol, username, password, hostname } = new URL(written);
  if (username !== "" || password !== "") {
    return none("an address without a user and a password in it, which would stand in the log");
  }
  if (protocol === "http:" && !isLoopback(hostname)) {
    return none("https: unencrypted is for this machine alone");
  }
  return { is: "web", address: written };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}

function readS3(rest: string): ReturnType<typeof readSource> {
  const [, bucket, key] = /^\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/s.exec(rest) ?? [];
  if (bucket === undefined || key === undefined) return none("s3://BUCKET/KEY");
  return { is: "s3", bucket, key };
}

/** `ssm:name`, `ssm:/a/path`, `ssm:///a/path`, or the ARN of a parameter. */
function readParameter(rest: string): ReturnType<typeof readSource> {
  const name = rest.replace(/^\/\//, "");
  return /^(?:[\w./-]+|arn:[\w:/.-]+)$/.test(name)
    ? { is: "ssm", name }
    : none("ssm: and the name of a parameter, such as ssm:/opamp/supervisor.yaml");
}

function readSecret(rest: string): ReturnType<typeof readSource> {
  const [, id, key] = /^(?:\/\/)?([\w/+=.@:-]+)(?:#(.+))?$/s.exec(rest) ?? [];
  return id === undefined
    ? none("secretsmanager: and the name of a secret, with #KEY for one value of a JSON object")
    : { is: "secret", id, key };
}

function none(expected: string): ReturnType<typeof readSource> {
  return { is: "none", fault: `expected ${expected}` };
}
