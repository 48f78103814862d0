import { Readable } from "node:stream";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { SupervisorError, messageOf } from "../errors.ts";
import type { Source } from "./source.ts";

/** A text in one of the services of AWS. */
type AwsSource = Extract<Source, { readonly is: "s3" | "ssm" | "secret" }>;

interface AwsTerms {
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

/**
 * Gets a text from AWS, with the credentials that its own tools would use: variables, profile, the role of the pod, the
 * task or the instance. Loaded only when there is such a source.
 */
export async function awsText(source: AwsSource, terms: AwsTerms): Promise<string> {
  // What the clients have to say of the version of Node is for whoever builds this.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  try {
    const text = await get(source, { region: await regionFor(source) }, terms);
    if (Buffer.byteLength(text) <= terms.maxBytes) return text;
    throw tooLarge(terms);
  } catch (error) {
    throw error instanceof SupervisorError ? error : failure(explained(error, source), error);
  }
}

type Place = { readonly region: string } | Record<string, never>;

function get(
  source: AwsSource,
  { region }: { region: string | undefined },
  terms: AwsTerms,
): Promise<string> {
  const place: Place = region === undefined ? {} : { region };
  switch (source.is) {
    case "s3":
      return getObject(source, place, terms);
    case "ssm":
      return getParameter(source.name, place, terms);
    case "secret":
      return getSecret(source, place, terms);
  }
}

async function getObject(
  { bucket, key }: Extract<AwsSource, { readonly is: "s3" }>,
  place: Place,
  terms: AwsTerms,
): Promise<string> {
  // A bucket's region is told by the service itself.
  const client = new S3Client({ ...place, followRegionRedirects: true });
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key });
    const { Body, ContentLength = 0 } = await client.send(command, { abortSignal: terms.signal });
    if (ContentLength > terms.maxBytes) {
      // Nobody reads on, so nobody would hear that it broke off.
      if (Body instanceof Readable) Body.on("error", () => undefined).destroy();
      throw tooLarge(terms);
    }
    return (await Body?.transformToString("utf8")) ?? "";
  } finally {
    client.destroy();
  }
}

async function getParameter(name: string, place: Place, { signal }: AwsTerms): Promise<string> {
  const client = new SSMClient(place);
  try {
    const command = new GetParameterCommand({ Name: name, WithDecryption: true });
    const { Parameter } = await client.send(command, { abortSignal: signal });
    return Parameter?.Value ?? "";
  } finally {
    client.destroy();
  }
}

async function getSecret(
  { id, key }: Extract<AwsSource, { readonly is: "secret" }>,
  place: Place,
  { signal }: AwsTerms,
): Promise<string> {
  const client = new SecretsManagerClient(place);
  try {
    const command = new GetSecretValueCommand({ SecretId: id });
    const { SecretString, SecretBinary } = await client.send(command, { abortSignal: signal });
    const text = SecretString ?? Buffer.from(SecretBinary ?? []).toString("utf8");
    return key === undefined ? text : valueIn(text, key);
  } finally {
    client.destroy();
  }
}

function valueIn(secret: string, key: string): string {
  const object = parsed(secret);
  if (object === undefined)
    throw failure("expected a secret that is a JSON object, found another text");
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw failure(
    `expected the key ${key} with a text in the secret, found ${value === undefined ? "no such key" : "another value"}`,
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** From the ARN; else what is configured, which the clients find themselves; else that of the instance. */
async function regionFor(source: AwsSource): Promise<string | undefined> {
  const name = source.is === "ssm" ? source.name : source.is === "secret" ? source.id : "";
  const [, region] = /^arn:[\w-]+:\w+:([\w-]+):/.exec(name) ?? [];
  if (region !== undefined) return region;
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE, AWS_CONFIG_FILE } = process.env;
  if (AWS_REGION !== undefined || AWS_PROFILE !== undefined || AWS_CONFIG_FILE !== undefined) {
    return undefined;
  }
  if (AWS_DEFAULT_REGION !== undefined) return AWS_DEFAULT_REGION;
  const { instanceRegion } = await import("./detect-host.ts");
  // S3 leads to the right one from anywhere.
  return (await instanceRegion()) ?? (source.is === "s3" ? "us-east-1" : undefined);
}

const permissions = {
  s3: "s3:GetObject",
  ssm: "ssm:GetParameter (and kms:Decrypt for its key)",
  secret: "secretsmanager:GetSecretValue (and kms:Decrypt for its key)",
} as const;

/** What the clients say is for programmers; the names of their errors are dependable. */
function explained(error: unknown, { is }: AwsSource): string {
  const name = error instanceof Error ? error.name : "";
  const said = messageOf(error).replaceAll(/\s+/g, " ").slice(0, 300);
  if (/^(?:AccessDenied|AccessDeniedException|Forbidden|403)$/.test(name)) {
    return `the role may not read it: allow ${permissions[is]} (${said})`;
  }
  if (
    /^(?:NoSuchKey|NoSuchBucket|NotFound|ParameterNotFound|ResourceNotFoundException)$/.test(name)
  ) {
    return `AWS has no such ${nouns[is]} (${name})`;
  }
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return `there are no credentials for AWS: give the instance, the task or the pod a role (${said})`;
  }
  if (/region is missing/i.test(said)) return "the region is not known: set AWS_REGION";
  return said === "" ? name : said;
}

const nouns = { s3: "object or bucket", ssm: "parameter", secret: "secret" } as const;

function tooLarge({ maxBytes }: AwsTerms): SupervisorError {
  return failure(`expected at most ${maxBytes / 1024 / 1024} MiB, found more`);
}

function failure(message: string, cause?: unknown): SupervisorError {
  return new SupervisorError("download-failed", message, { cause });
}
