import { expect, test } from "vitest";
import { followed, formsOf, patternsOf } from "../../src/policy/path-forms.ts";
import { realPathOf } from "../helpers/core/rules.ts";

const realPath = realPathOf({ "/var/log/link": "/etc" });
const real = (text: string): readonly string[] | undefined => {
  const forms = formsOf(text, false, realPath)?.real.map((form) => `/${form.join("/")}`);
  return forms === undefined ? undefined : [...new Set(forms)];
};

test.each([
  ["/a//b/./c", ["/a/b/c"]],
  ["x", ["/work/x"]],
  ["/var/log/link/x", ["/etc/x"]],
  ["file:///a", ["/a"]],
  ["file:/a", ["/a"]],
  ["file://localhost/a", ["/a"]],
  ["FILE:///a%2fb?mode=rw", ["/a%2fb", "/a/b"]],
  ["unix:/run/x", ["/run/x"]],
  ["sqlite:///a", ["/a"]],
  ["C:\\a\\b", ["/C:/a/b"]],
  ["/a/**/*.log", ["/a/**/*.log"]],
])("%s means these files", (text, files) => {
  expect(real(text)).toEqual(files);
});

test("what cannot be known means nothing that could be allowed", () => {
  for (const text of ["${env:X}", "/proc/self/root/x", "/a/*/../b", "/dev/fd/3"]) {
    expect(real(text), text).toBeUndefined();
  }
});

test("an entry stands for itself, for where its links lead, and for all that is below", () => {
  expect(patternsOf("/var/log/link", realPath)).toEqual([
    ["var", "log", "link", "**"],
    ["etc", "**"],
  ]);
  expect(followed(["var", "log", "link", "x"], realPath)).toEqual(["etc", "x"]);
});
