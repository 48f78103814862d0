import { expect } from "vitest";
import { lives } from "../agent/processes.ts";
import type { LogLine } from "./daemon.ts";
import type { Running } from "./scene.ts";

/** Offers one configuration after the other and gives the line about its refusal; `pid` is to outlive each. */
export function createRefusedOffers(
  { server, daemon, uid }: Running,
  pid: number,
): (name: string, text: string) => Promise<LogLine> {
  const seen = new Set<unknown>();
  return async (name, text) => {
    server.offerConfig(uid, text);
    const failed = await daemon.waitForLog(
      (line) => line.msg === "remote config failed" && !seen.has(line["hash"]),
    );
    seen.add(failed["hash"]);
    expect(lives(pid), name).toBe(true);
    return failed;
  };
}
