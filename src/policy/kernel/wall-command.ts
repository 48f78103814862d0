/** A program of the machine that can confine another one. */
export interface WallHelper {
  /** `landlock`: a setpriv that knows it, which becomes the agent; `bubblewrap`: bwrap, which stays beside it. */
  readonly by: "landlock" | "bubblewrap";
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
  const args = by === "landlock" ? landlock(writable) : mounts(writable);
  const rights = privileged ? withoutRights[by] : [];
  return [program, ...args, ...rights, "--"];
}

/** With these root leaves a wall again, or writes past it: mounts, modules, memory, disks, other processes, file handles. */
const dangerous = [
  ...["sys_admin", "sys_boot", "sys_module", "sys_ptrace", "sys_rawio"],
  ...["mknod", "dac_read_search"],
];

const withoutRights: Readonly<Record<WallHelper["by"], readonly string[]>> = {
  landlock: ["--bounding-set", dangerous.map((right) => `-${right}`).join(",")],
  bubblewrap: dangerous.flatMap((right) => ["--cap-drop", `CAP_${right.toUpperCase()}`]),
};

/** Devices are made by nobody. */
const devices = ["make-char", "make-block"];
const changes = [
  ...["write-file", "remove-dir", "remove-file"],
  ...["make-dir", "make-reg", "make-sock", "make-fifo", "make-sym"],
];

function landlock(writable: WallFacts["writable"]): readonly string[] {
  const rules = [{ path: "/dev/null", isDirectory: false }, ...writable].flatMap(
    ({ path, isDirectory }) => {
      const rights = isDirectory ? changes.join(",") : "write-file";
      return ["--landlock-rule", `path-beneath:${rights}:${path}`];
    },
  );
  return [
    "--no-new-privs",
    "--landlock-access",
    `fs:${[...changes, ...devices].join(",")}`,
    ...rules,
  ];
}

/** A /dev of its own, because what is mounted for reading only does not keep devices from being written to. */
function mounts(writable: WallFacts["writable"]): readonly string[] {
  const open = writable.flatMap(({ path }) => ["--bind", path, path]);
  return ["--ro-bind", "/", "/", "--dev", "/dev", ...open];
}
