import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

/**
 * The name by which a supervisor holds a lease. In a pod that is told its name and uid it stays the same over all starts of
 * the container; elsewhere each start has another one, because two processes of one host may not have the same.
 */
export function contenderName(environment: ReadonlyMap<string, string>): string {
  const pod = environment.get("POD_NAME") ?? "";
  const uid = environment.get("POD_UID") ?? "";
  return pod !== "" && uid !== "" ? `${pod}_${uid}` : `${hostname()}_${randomUUID()}`;
}
