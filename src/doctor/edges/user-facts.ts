import { userInfo } from "node:os";
import { statSync } from "node:fs";
import { textOrNothing } from "../../files/read-if-there.ts";

/** The user that this program runs as, by name where it has one. */
export function currentUser(): { readonly uid: number; readonly name: string } {
  const uid = process.getuid?.() ?? 0;
  try {
    return { uid, name: userInfo().username };
  } catch {
    // A user without an entry, as in many containers.
    return { uid, name: `user ${uid}` };
  }
}

/** The name of a user, or its number where there is none. */
export function userName(uid: number): string {
  return nameIn("/etc/passwd", uid) ?? String(uid);
}

/** The name of a group, or undefined where there is none. */
export function groupName(gid: number): string | undefined {
  return nameIn("/etc/group", gid);
}

/** Whose process it is; undefined when it is gone. */
export function ownerOf(pid: number): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
}

function nameIn(file: string, id: number): string | undefined {
  for (const line of textOrNothing(file).split("\n")) {
    const [name, , number] = line.split(":");
    if (number === String(id) && name !== "") return name;
  }
  return undefined;
}
