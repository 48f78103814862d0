import { onTestFinished } from "vitest";
import type { ClientOptions } from "../../src/opamp-client/transport/client-options.ts";
import { type Watched, watchedClient, someReport } from "../helpers/opamp/fake-client.ts";

/** A client that has begun to look for its server, gone after the test. */
export function lookingFor(endpoint: string, options: Partial<ClientOptions> = {}): Watched {
  const watched = watchedClient({ endpoint, stopTimeoutMs: 200, maxRetryDelayMs: 20, ...options });
  onTestFinished(() => watched.client.stop());
  watched.client.report(someReport());
  watched.client.start();
  return watched;
}

/** Why the link was down, each time, in the client's words. */
export function reasons({ events }: Watched): readonly string[] {
  return events.all.flatMap((event) =>
    event.on === "link-changed" && event.link.at === "waiting" ? [event.link.reason] : [],
  );
}

/** The words of the `count`th failure. */
export async function reason(watched: Watched, count = 1): Promise<string> {
  await watched.link("waiting", count);
  return reasons(watched)[count - 1] ?? "";
}

/** Three failures in a row are enough to see that nobody gives up. */
export async function goesOnTrying(watched: Watched): Promise<void> {
  await watched.link("waiting", reasons(watched).length + 3);
}
