import { expect, test } from "vitest";
import { isSource, readSource, shownSource } from "../../src/sources/source.ts";

test.each([
  ["env:SUPERVISOR_YAML", { is: "env", name: "SUPERVISOR_YAML" }],
  ["https://example.com/a.yaml?sig=1", { is: "web", address: "https://example.com/a.yaml?sig=1" }],
  ["http://127.0.0.1:8080/a.yaml", { is: "web", address: "http://127.0.0.1:8080/a.yaml" }],
  ["s3://my-bucket/fleet/a b.yaml", { is: "s3", bucket: "my-bucket", key: "fleet/a b.yaml" }],
  ["ssm:/opamp/supervisor.yaml", { is: "ssm", name: "/opamp/supervisor.yaml" }],
  ["ssm:///opamp/supervisor.yaml", { is: "ssm", name: "/opamp/supervisor.yaml" }],
  ["ssm://plain-name", { is: "ssm", name: "plain-name" }],
  ["secretsmanager:opamp/token", { is: "secret", id: "opamp/token", key: undefined }],
  ["secretsmanager://opamp/token#value", { is: "secret", id: "opamp/token", key: "value" }],
  [
    "secretsmanager:arn:aws:secretsmanager:eu-west-1:1:secret:opamp-AbCdEf#a b",
    { is: "secret", id: "arn:aws:secretsmanager:eu-west-1:1:secret:opamp-AbCdEf", key: "a b" },
  ],
])("%s is a source", (written, source) => {
  expect(isSource(written)).toBe(true);
  expect(readSource(written)).toEqual(source);
});

test.each([
  ["env:", "name of a variable"],
  ["env:A-B", "name of a variable"],
  ["http://example.com/a.yaml", "https"],
  ["https://user:secret@example.com/a.yaml", "without a user and a password"],
  ["https:", "https address"],
  ["s3://bucket", "s3://BUCKET/KEY"],
  ["s3:bucket/key", "s3://BUCKET/KEY"],
  ["s3:///key", "s3://BUCKET/KEY"],
  ["ssm:", "name of a parameter"],
  ["ssm:a b", "name of a parameter"],
  ["secretsmanager:", "name of a secret"],
  ["secretsmanager:#key", "name of a secret"],
])("%s is no whole source, and the reason does not repeat it", (written, words) => {
  expect(isSource(written)).toBe(true);
  const read = readSource(written);
  expect(read).toMatchObject({ is: "none", fault: expect.stringContaining(words) as string });
  expect(JSON.stringify(read)).not.toContain("secret@");
});

test.each([
  "supervisor.yaml",
  "/etc/a.yaml",
  "file:a.yaml",
  "C:/a.yaml",
  "$REMOTE_CONFIG",
  "environment",
])("%s is the path of a file or a word", (written) => expect(isSource(written)).toBe(false));

test.each([
  ["https://example.com/a.yaml?X-Amz-Signature=abc#x", "https://example.com/a.yaml"],
  ["HTTPS://example.com/a.yaml?sig=abc", "HTTPS://example.com/a.yaml"],
  ["https://user:secret@example.com/a.yaml", "https://***"],
  ["https:user:secret@example.com", "https:***"],
  ["ftp://user:secret@example.com?x", "ftp://***"],
  ["https://example.com/@scope/a.yaml", "https://example.com/@scope/a.yaml"],
  ["secretsmanager:a#b", "secretsmanager:a#b"],
  ["s3://bucket/a?b@c", "s3://bucket/a?b@c"],
  ["/etc/a@b#c/supervisor.yaml", "/etc/a@b#c/supervisor.yaml"],
])("%s is shown as %s, without what may be a key in it", (written, expected) => {
  expect(shownSource(written)).toBe(expected);
});
