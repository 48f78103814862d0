import { messageOf } from "../../errors.ts";
import type { Logger } from "../log/log.ts";
import type { HealthPageSettings } from "../settings/settings.ts";
import type { PageSources } from "./health-page.ts";

/** Loads and opens the health page where the settings want one; the function that comes back closes it. */
export function startHealthPage(
  settings: HealthPageSettings | undefined,
  sources: PageSources,
  log: Logger,
): () => void {
  if (settings === undefined) return () => undefined;
  let close = (): void => undefined;
  let closed = false;
  const open = async (): Promise<void> => {
    try {
      const { openHealthPage } = await import("./health-page.ts");
      if (!closed) close = openHealthPage(settings, sources, log);
    } catch (error) {
      log.error({ reason: messageOf(error) }, "the health page could not be opened");
    }
  };
  // Behind what is under way now: the connection and the start of the agent.
  setImmediate(() => void open());
  return () => {
    closed = true;
    close();
  };
}
