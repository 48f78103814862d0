import { mkdirSync, renameSync, symlinkSync, writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { watchMounts } from "../../src/cli/watch-mounts.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

/** Puts content into a folder as kubelet does: a new folder, and one link that is moved to it. */
function mount(folder: string, version: string, text: string): void {
  mkdirSync(join(folder, `..${version}`));
  writeFileSync(join(folder, `..${version}`, "supervisor.yaml"), text);
  symlinkSync(`..${version}`, join(folder, "..data_tmp"));
  renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
}

function watch(files: readonly string[]): {
  readonly next: () => Promise<void>;
  count: () => number;
} {
  let told = 0;
  let wake = (): void => undefined;
  const end = watchMounts(
    () => files,
    () => {
      told += 1;
      wake();
    },
    5,
  );
  onTestFinished(end);
  return {
    count: () => told,
    next: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
  };
}

test("a ConfigMap that is changed is told of once, with its new content in place", async () => {
  const folder = temporaryFolder();
  mount(folder, "2026_1", "a: 1\n");
  const file = join(folder, "supervisor.yaml");
  symlinkSync("..data/supervisor.yaml", file);
  const { next, count } = watch([file]);
  const first = next();
  mount(folder, "2026_2", "a: 2\n");
  await first;
  expect(readFileSync(file, "utf8")).toBe("a: 2\n");
  const second = next();
  mount(folder, "2026_3", "a: 3\n");
  await second;
  expect(count()).toBe(2);
});

test("a file that somebody edits is left alone until he says so", async () => {
  const [host, mounted] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(host, "supervisor.yaml"), "a: 1\n");
  mount(mounted, "2026_1", "a: 1\n");
  const files = [join(host, "supervisor.yaml"), join(mounted, "local.yaml")];
  const { next, count } = watch(files);
  writeFileSync(join(host, "supervisor.yaml"), "a: 2\n");
  writeFileSync(join(host, "other.yaml"), "a: 2\n");
  const told = next();
  // What comes behind it is told of; the edit itself was not.
  mount(mounted, "2026_2", "a: 2\n");
  await told;
  expect(count()).toBe(1);
});

test("folders that are not there, or go, are nothing to end for", async () => {
  const folder = join(temporaryFolder(), "later");
  const { next } = watch([join(folder, "supervisor.yaml")]);
  const told = next();
  mkdirSync(folder);
  mount(folder, "2026_1", "a: 1\n");
  await told;
});
