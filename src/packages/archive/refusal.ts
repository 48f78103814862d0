import { SupervisorError } from "../../errors.ts";

/** The error for an archive that is not unpacked: what was found in it. */
export function archiveRefusal(found: string): SupervisorError {
  return new SupervisorError("download-refused", `the package is not unpacked: found ${found}`);
}
