import { type Finding, fine, problem, warning } from "./finding.ts";

/** What is seen of the storage directory. */
export interface StorageFacts {
  readonly directory: string;
  /** False: what follows is of the folder above that is there. */
  readonly exists: boolean;
  readonly ownerUid: number;
  readonly mode: number;
  readonly freeBytes: number;
  /** Undefined where the file system has no such limit. */
  readonly freeFiles: number | undefined;
  /** The number by which the kernel knows the kind of file system. */
  readonly kind: number;
}

/** Who looks, and who the supervisor is that runs there. */
export interface People {
  readonly uid: number;
  readonly name: string;
  readonly supervisor: { readonly pid: number; readonly uid: number | undefined } | undefined;
  readonly nameOf: (uid: number) => string;
}

const mebibyte = 1024 * 1024;
const leastBytes = 10 * mebibyte;
const wantedBytes = 200 * mebibyte;
const leastFiles = 100;

const forgetful =
  "what is kept there is lost when the machine starts anew: the agent would be a new one for the server, without its last configuration";
const remote =
  "a file system on another machine: when that one does not answer, the supervisor hangs with it, and its lock is only as good as that machine's";

const kinds: ReadonlyMap<number, readonly [name: string, means: string]> = new Map([
  [0x01021994, ["tmpfs", forgetful]],
  [0x858458f6, ["ramfs", forgetful]],
  [
    0x794c7630,
    [
      "overlay",
      "the inner file system of a container: what is kept there is lost with the container",
    ],
  ],
  [0x6969, ["nfs", remote]],
  [0xff534d42, ["cifs", remote]],
  [0xfe534d42, ["smb", remote]],
  [
    0x65735546,
    ["fuse", "a file system of a program: when that ends or hangs, so does the storage"],
  ],
]);

/** Room, kind and rights of the storage directory. */
export function judgeStorage(facts: StorageFacts, people: People): readonly Finding[] {
  return [roomIn(facts), ...kindOf(facts), ...rightsOf(facts, people)];
}

function roomIn({ directory, exists, freeBytes, freeFiles }: StorageFacts): Finding {
  const free = `${Math.floor(freeBytes / mebibyte)} MiB`;
  const there = exists ? "is there" : "will be made at the first start";
  const found = `${directory} ${there}, with ${free} free`;
  const advice = "make room there, or set storage.directory to a larger file system";
  const command = `df -h ${directory}`;
  if (freeFiles !== undefined && freeFiles < leastFiles) {
    const few = `${directory}: its file system has room for ${freeFiles} more files only`;
    return problem("storage.room", few, advice, `df -i ${directory}`);
  }
  if (freeBytes < leastBytes) {
    return problem(
      "storage.room",
      `${found}: a configuration could not be written`,
      advice,
      command,
    );
  }
  return freeBytes < wantedBytes
    ? warning("storage.room", found, advice, command)
    : fine("storage.room", found);
}

function kindOf({ directory, kind }: StorageFacts): readonly Finding[] {
  const [name, means] = kinds.get(kind) ?? [];
  if (name === undefined || means === undefined) return [];
  const advice = "set storage.directory to a folder on a disk or a volume of this machine";
  return [warning("storage.kind", `${directory} is on ${name}, ${means}`, advice)];
}

function rightsOf(facts: StorageFacts, people: People): readonly Finding[] {
  const { directory, exists, ownerUid, mode } = facts;
  const { uid, supervisor, nameOf } = people;
  const runs = supervisor?.uid;
  if (runs !== undefined && runs !== uid) {
    const found = `the supervisor (pid ${supervisor?.pid ?? 0}) runs as ${nameOf(runs)}, and this command as ${people.name}: what follows holds for ${people.name} only`;
    return [asOther(found, nameOf(runs))];
  }
  if (!exists) return [];
  if (ownerUid !== uid && runs === undefined) {
    const found = `${directory} belongs to ${nameOf(ownerUid)}, and this command runs as ${people.name}: what follows holds for ${people.name} only`;
    return [asOther(found, nameOf(ownerUid))];
  }
  if ((mode & 0o077) === 0) return [];
  const shown = (mode & 0o777).toString(8).padStart(4, "0");
  const found = `${directory} has mode ${shown}, so that others may look into it`;
  return [warning("storage.rights", found, "close it to others", `chmod 0700 ${directory}`)];
}

function asOther(found: string, user: string): Finding {
  const command = `sudo -u ${user} opampsupervisor doctor --config FILE`;
  return warning("user", found, "run this command as the user of the supervisor", command);
}
