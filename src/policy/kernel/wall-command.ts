/** A program of the machine that can confine another one. */
export interface WallHelper {
  /**
   * `landlock`: a setpriv that knows it, which becomes the agent; `old-landlock`: the same where files can still be cut
   * short; `bubblewrap`: bwrap, which stays beside the agent.
   */
  readonly by: "landlock" | "old-landlock" | "bubblewrap";
  /** Absolute. */
  readonly program: string;
}

/** What a wall is made for. */
export interface WallFacts {
  /** What the agent may write to: absolute paths that are there, without links. */
  readonly writable: readonly { readonly path: string; readonly isDirectory: boolean }[];
  /** True where the agent would have rights with which it could undo the wall, and they can be taken from it. */
  readonly privileged: boolean;
}

/** The beginning of a command line: what follows it may write to nothing but these files and directories. */
export function wallCommand(
  { by, program }: WallHelper,
  { writable, privileged }: WallFacts,
): readonly string[] {
  const args = by === "bubblewrap" ? mounts(writable) : landlock(writable, by);
  const rights = privileged ? withoutRights[by] : [];
  return [program, ...args, ...rights, "--"];
}

/**
 * With these root leaves a wall again, writes past it or looks into us: mounts, modules, memory, disks, other processes,
 * file handles.
 */
const dangerous = [
  ...["sys_admin", "sys_boot", "sys_module", "sys_ptrace", "sys_rawio"],
  ...["mknod", "dac_read_search", "perfmon", "bpf"],
];

const fewerRights = ["--bounding-set", dangerous.map((right) => `-${right}`).join(",")];
const withoutRights: Readonly<Record<WallHelper["by"], readonly string[]>> = {
  landlock: fewerRights,
  "old-landlock": fewerRights,
  bubblewrap: dangerous.flatMap((right) => ["--cap-drop", `CAP_${right.toUpperCase()}`]),
};

/** Devices are made by nobody. */
const devices = ["make-char", "make-block"];
const changes = [
  ...["write-file", "remove-dir", "remove-file"],
  ...["make-dir", "make-reg", "make-sock", "make-fifo", "make-sym"],
];

function landlock(
  writable: WallFacts["writable"],
  by: "landlock" | "old-landlock",
): readonly string[] {
  // Linux 6.2, and a setpriv that was built for it.
  const [newer, cut] = by === "landlock" ? [["truncate", "refer"], ["truncate"]] : [[], []];
  const below = [...changes, ...newer].join(",");
  const inFile = ["write-file", ...cut].join(",");
  const rules = [{ path: "/dev/null", isDirectory: false }, ...writable].flatMap(
    ({ path, isDirectory }) => [
      "--landlock-rule",
      `path-beneath:${isDirectory ? below : inFile}:${path}`,
    ],
  );
  const held = [...changes, ...newer, ...devices].join(",");
  return ["--no-new-privs", "--landlock-access", `fs:${held}`, ...rules];
}

/** A /dev of its own, because what is mounted for reading only does not keep devices from being written to. */
function mounts(writable: WallFacts["writable"]): readonly string[] {
  const open = writable.flatMap(({ path }) => ["--bind", path, path]);
  return ["--ro-bind", "/", "/", "--dev", "/dev", ...open];
}
