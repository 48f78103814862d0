import type { Client, ClientEvent } from "../../opamp-client/client.ts";
import type { ServerToAgent } from "../../opamp-client/wire/messages.ts";
import type { Report } from "../../opamp-client/report.ts";
import type { ServerSettingsInForce } from "../core/state/offers.ts";

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

/** More messages than this do not wait for the end of a proof. */
const mostMessages = 20;

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
  const messages: ServerToAgent[] = [];
  let phase: "open" | "over" = "open";
  let hear = (event: ClientEvent): void => {
    if (event.on === "message-received" && messages.length < mostMessages) {
      messages.push(event.message);
    }
    judge(event);
  };
  const end = (tell: () => void): void => {
    if (phase === "over") return;
    phase = "over";
    clearTimeout(timer);
    tell();
  };
  const fail = (why: string): void =>
    end(() => {
      void client.stop();
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
      for (const message of messages) listener({ on: "message-received", message }, true);
    },
    give: () =>
      end(() => {
        void client.stop();
      }),
  };
}
