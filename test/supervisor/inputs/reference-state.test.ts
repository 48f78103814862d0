import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { encodeServerToAgent } from "../../../src/opamp-client/wire/codec.ts";
import { readReferenceState } from "../../../src/supervisor/inputs/reference-state.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const uid = "01900000-0000-7000-8000-000000000009";

/** A remote configuration as the reference stores it: the bare message, without the field around it. */
function stored(text: string): Uint8Array {
  const body = new TextEncoder().encode(text);
  const message = encodeServerToAgent({
    remoteConfig: {
      configHash: Uint8Array.of(0xab, 0xcd),
      config: { configMap: new Map([["", { body }]]) },
    },
  });
  // The tag of field 3 and its length stand before it: one byte and a varint.
  let start = 1;
  while (((message[start] ?? 0) & 0x80) !== 0) start += 1;
  return message.subarray(start + 1);
}

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const persistent = `instance_id: ${uid}\nlast_remote_config_status: null\n`;

test("the reference's instance id and last remote configuration are taken over", () => {
  const text = `receivers:\n  nop:\n${"# long\n".repeat(100)}`;
  const folder = folderWith({
    "persistent_state.yaml": persistent,
    "last_recv_remote_config.dat": stored(text),
  });
  const { uid: found, remote, notes } = readReferenceState(folder);
  expect(found).toBe(uid);
  expect(remote).toMatchObject({ hash: "abcd", files: [{ name: "", text }] });
  expect(notes).toHaveLength(2);
});

test("a remote configuration without the file that holds the instance id is taken over too", () => {
  const folder = folderWith({ "last_recv_remote_config.dat": stored("a: 1\n") });
  const { uid: found, remote, notes } = readReferenceState(folder);
  expect(found).toBe(undefined);
  expect(remote).toMatchObject({ hash: "abcd", files: [{ name: "", text: "a: 1\n" }] });
  expect(notes).toHaveLength(1);
});

test("a remote configuration is taken over beside a state that cannot be read: it will be tried like any other", () => {
  const folder = folderWith({
    "persistent_state.yaml": "a: [",
    "last_recv_remote_config.dat": stored("a: 1\n"),
  });
  const { remote, notes } = readReferenceState(folder);
  expect(remote).toMatchObject({ hash: "abcd" });
  expect(notes).toHaveLength(2);
});

test("a remote configuration that had failed with the reference is left", () => {
  const folder = folderWith({
    "persistent_state.yaml": `instance_id: ${uid}\nlast_remote_config_status:\n  status: 3\n  last_remote_config_hash: abcd\n  error_message: no\n`,
    "last_recv_remote_config.dat": stored("a: 1\n"),
  });
  expect(readReferenceState(folder)).toMatchObject({ uid, remote: undefined });
});

test.each([
  ["nothing there", {}, 0],
  ["a state that is no YAML", { "persistent_state.yaml": "a: [" }, 1],
  ["an id that is none", { "persistent_state.yaml": "instance_id: x\n" }, 0],
  [
    "a remote configuration that is none",
    {
      "persistent_state.yaml": "instance_id: x\n",
      "last_recv_remote_config.dat": Uint8Array.of(255, 255),
    },
    1,
  ],
])("%s: nothing is taken over, and the start goes on", (_name, files, said) => {
  const found = readReferenceState(folderWith(files));
  expect(found).toMatchObject({ uid: undefined, remote: undefined });
  expect(found.notes).toHaveLength(said);
});
