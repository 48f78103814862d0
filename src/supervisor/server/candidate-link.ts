import type { Client, ClientEvent } from "../../opamp-client/client.ts";
import type { Report } from "../../opamp-client/report.ts";
import type { ServerSettingsInForce } from "../core/state/offers.ts";
import { createKeptMessages } from "./kept-messages.ts";

/** A connection with offered settings beside the one in use. */
export interface Proof {
  readonly settings: ServerSettingsInForce;
  readonly client: Client;
  /** Makes it the one in use: from here on its events go elsewhere, beginning with the messages that came meanwhile (`early`). */
  readonly promote: (hear: (event: ClientEvent, early: boolean) => void) => void;
  readonly give: () => void;
}

/** What a proof comes to; called once. */
interface ProofEnd {
  readonly proved: () => void;
  readonly refuted: (why: string) => void;
}

/**
 * Connects and sends a first report. It is proved by the first answer without an error
 * (specification.md#connection-settings-offer-flow) and refuted by anything else, or when none comes in time.
 */
export function beginProof(
  settings: ServerSettingsInForce,
  connect: (post: (event: ClientEvent) => void) => Client,
  report: Report,
  timeoutMs: number,
  { proved, refuted }: ProofEnd,
): Proof {
  const kept = createKeptMessages();
  let phase: "open" | "over" = "open";
  let hear = (event: ClientEvent): void => {
    if (event.on === "message-received") kept.add(event.message);
    judge(event);
  };
  const end = (tell: () => void): void => {
    if (phase === "over") return;
    phase = "over";
    clearTimeout(timer);
    tell();
  };
  const giveUp = (): void => {
    hear = () => undefined;
    kept.take();
    void client.stop();
  };
  const fail = (why: string): void =>
    end(() => {
      giveUp();
      refuted(why);
    });
  function judge(event: ClientEvent): void {
    if (event.on === "message-received" && event.message.errorResponse !== undefined) {
      const { errorMessage = "" } = event.message.errorResponse;
      fail(`the new server answered with an error: ${errorMessage}`);
    }
    if (event.on !== "link-changed") return;
    // The message itself is told after this, and is to be there when it is promoted.
    if (event.link.at === "accepted") queueMicrotask(() => end(proved));
    if (event.link.at === "waiting") fail(`the new server cannot be used: ${event.link.reason}`);
  }
  const client = connect((event) => hear(event));
  const timer = setTimeout(
    () => fail(`the new server has not answered within ${timeoutMs / 1000} s`),
    timeoutMs,
  );
  client.report(report);
  client.start();
  return {
    settings,
    client,
    promote: (listener): void => {
      hear = (event) => listener(event, false);
      for (const message of kept.take()) listener({ on: "message-received", message }, true);
    },
    give: () => {
      // One that was proved and not promoted goes, too.
      end(() => undefined);
      giveUp();
    },
  };
}
