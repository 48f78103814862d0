import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchSources } from "../../src/sources/fetch-sources.ts";
import { nopConfig } from "../helpers/agent/agent-configs.ts";
import { eventually } from "../helpers/e2e/daemon.ts";
import { createHost } from "../helpers/e2e/scene.ts";
import { nobody } from "../helpers/e2e/settings-text.ts";

/** A server that behaves as AWS does, from the Python packages; installed once. */
const version = "5.2.5";
const site = join(homedir(), `.cache/opampsupervisor/tools/moto-${version}/site`);

function motoIsThere(): boolean {
  if (existsSync(join(site, "moto"))) return true;
  const wish = `moto[server,s3,ssm,secretsmanager]==${version}`;
  const args = ["-m", "pip", "install", "-q", "--target", site, wish, "--break-system-packages"];
  return spawnSync("python3", args, { stdio: "inherit" }).status === 0;
}

const there = motoIsThere();
const account = {
  AWS_REGION: "eu-west-1",
  AWS_ACCESS_KEY_ID: "testing",
  AWS_SECRET_ACCESS_KEY: "testing",
};
const aws = { endpoint: "", end: (): void => undefined };

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

beforeAll(async () => {
  if (!there) return;
  const port = await freePort();
  const args = ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)];
  const server = spawn("python3", args, {
    env: { ...process.env, PYTHONPATH: site },
    stdio: "ignore",
  });
  aws.endpoint = `http://127.0.0.1:${port}`;
  aws.end = () => void server.kill("SIGTERM");
  Object.assign(process.env, account, { AWS_ENDPOINT_URL: aws.endpoint });
  await eventually(async () => {
    const answer = await fetch(aws.endpoint).catch(() => undefined);
    return answer !== undefined;
  });
  const s3 = new S3Client({});
  const location = { LocationConstraint: "eu-west-1" } as const;
  await s3.send(new CreateBucketCommand({ Bucket: "fleet", CreateBucketConfiguration: location }));
  const base = { Bucket: "fleet", Key: "a/base.yaml", Body: nopConfig("s3") };
  await s3.send(new PutObjectCommand(base));
  const large = { Bucket: "fleet", Key: "large", Body: Buffer.alloc(9 * 1024 * 1024) };
  await s3.send(new PutObjectCommand(large));
  await new SSMClient({}).send(
    new PutParameterCommand({ Name: "/opamp/token", Value: "abc\n", Type: "SecureString" }),
  );
  const secrets = new SecretsManagerClient({});
  const both = JSON.stringify({ token: "t-1", port: 7, deep: {} });
  await secrets.send(new CreateSecretCommand({ Name: "opamp/both", SecretString: both }));
}, 120_000);

afterAll(() => aws.end());

const terms = { environment: new Map<string, string>(), timeoutMs: 60_000, copies: undefined };

test.skipIf(!there)("texts come from S3, Parameter Store and Secrets Manager", async () => {
  const wanted = [
    "s3://fleet/a/base.yaml",
    "ssm:/opamp/token",
    "secretsmanager:opamp/both#token",
    "secretsmanager:opamp/both#port",
  ];
  const got = await fetchSources(wanted, terms);
  expect([...got.values()]).toEqual([
    { text: nopConfig("s3") },
    { text: "abc\n" },
    { text: "t-1" },
    { text: "7" },
  ]);
});

test.skipIf(!there).each([
  ["s3://fleet/nothing", /no such object/],
  ["s3://no-such-bucket/a", /no such object or bucket/],
  ["s3://fleet/large", /at most 8 MiB/],
  ["ssm:/nothing", /no such parameter/],
  ["secretsmanager:nothing", /no such secret/],
  ["secretsmanager:opamp/both#other", /key other .*no such key/],
  ["secretsmanager:opamp/both#deep", /key deep .*another value/],
])("%s is a fault that says what to do", async (source, words) => {
  const got = await fetchSources([source], terms);
  expect(got.get(source)).toEqual({ fault: expect.stringMatching(words) as string });
});

test.skipIf(!there)("a supervisor starts from S3 with a token from Parameter Store", async () => {
  const host = createHost(nobody, {
    local: false,
    configFiles: ["s3://fleet/a/base.yaml"],
    server: 'headers: {Authorization: "Bearer ${ssm:/opamp/token}"}',
  });
  const daemon = host.boot({
    ...account,
    AWS_ENDPOINT_URL: aws.endpoint,
    XDG_CACHE_HOME: host.path("cache"),
  });
  await daemon.waitForLog("agent is healthy");
  expect(host.effective()).toContain("nop/s3");
});
