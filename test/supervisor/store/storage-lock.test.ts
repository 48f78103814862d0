import { join } from "node:path";
import { test, expect } from "vitest";
import { SupervisorError } from "../../../src/errors.ts";
import { lockStorage } from "../../../src/supervisor/store/storage-lock.ts";
import { runInOwnProcess, bundle, firstLine } from "../../helpers/agent/own-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const taker = `
  import { lockStorage } from "./src/supervisor/store/storage-lock.ts";
  lockStorage(process.argv[2]);
  setInterval(() => undefined, 1_000);
  console.log("taken");
`;

function refusalOf(directory: string): SupervisorError {
  try {
    lockStorage(directory);
  } catch (error) {
    if (error instanceof SupervisorError) return error;
    throw error;
  }
  throw new Error("the lock was given");
}

test("while another supervisor lives it is refused, by its pid, with what to do", async () => {
  const directory = temporaryFolder();
  const other = runInOwnProcess(bundle(taker), directory);
  expect(await firstLine(other)).toBe("taken");
  const { code, message } = refusalOf(directory);
  expect(code).toBe("store-locked");
  expect(message).toContain(`pid ${String(other.pid)}`);
  expect(message).toContain(directory);
  expect(message).toContain("storage.directory");
});

test("once it is released it can be had again", () => {
  const directory = temporaryFolder();
  lockStorage(directory)();
  lockStorage(directory)();
});

test("a directory that cannot be written to is the system's own error", () => {
  expect(() => lockStorage(join(temporaryFolder(), "none"))).toThrow(/ENOENT/);
});
