import {
  type OfferedDestination,
  type Destination,
  placeOf,
  localDestination,
  offeredDestination,
} from "./destination.ts";
import { type OtlpMessage, type Exporter, type Gathering, createExporter } from "./exporter.ts";
import type { Post } from "./post.ts";
import { type TelemetryLog, createTellTrouble } from "./log-trouble.ts";
import type { ExporterSettings } from "./telemetry-settings.ts";

/** What every exporter needs of its surroundings. */
export interface OutletSurroundings {
  readonly post: Post;
  readonly log: TelemetryLog;
  /** Prints a line on stdout. */
  readonly print: (line: string) => void;
}

/** A kind of telemetry: how it is called, sent and shown. */
export interface Kind<T> {
  readonly name: "logs" | "metrics" | "traces";
  readonly messageOf: (items: readonly T[]) => OtlpMessage;
  readonly text: (item: T) => string;
  readonly bytesOf: (item: T) => number;
}

/** All places that one kind of telemetry goes to. */
interface Outlets<T> {
  readonly add: (item: T) => void;
  /** The destination that a server offers, in place of the one before; undefined takes it away. */
  readonly setOffered: (destination: OfferedDestination | undefined) => void;
  readonly stop: (withinMs: number) => Promise<void>;
}

interface Outlet<T> extends Exporter<T> {
  readonly takes: (item: T) => boolean;
}

/** One place of the settings. */
export interface OutletSettings<T> {
  readonly exporter: ExporterSettings;
  readonly gathering: Gathering;
  readonly exportTimeoutMs: number;
  readonly takes: (item: T) => boolean;
}

/** How long a destination that was taken away may still get what waits for it. */
const farewellMs = 2_000;

/** Builds the exporters of one kind of telemetry. */
export function createOutlets<T>(
  kind: Kind<T>,
  settings: readonly OutletSettings<T>[],
  offeredGathering: Gathering,
  surroundings: OutletSurroundings,
): Outlets<T> {
  const toDestination = (destination: Destination, gathering: Gathering): Exporter<T> => {
    const { post, log } = surroundings;
    const trouble = createTellTrouble(kind.name, placeOf(destination.url), log);
    return createExporter(destination, gathering, kind.messageOf, post, trouble);
  };
  const local = settings.map(({ exporter, gathering, exportTimeoutMs, takes }): Outlet<T> => {
    if (exporter.to === "console") return { takes, ...toConsole(kind, surroundings.print) };
    const destination = localDestination(exporter);
    const timeoutMs = Math.min(destination.timeoutMs, exportTimeoutMs);
    return { takes, ...toDestination({ ...destination, timeoutMs }, gathering) };
  });
  let offered: Exporter<T> | undefined;

  return {
    add: (item) => {
      const bytes = kind.bytesOf(item);
      for (const outlet of local) if (outlet.takes(item)) outlet.add(item, bytes);
      offered?.add(item, bytes);
    },
    setOffered: (destination) => {
      void offered?.stop(farewellMs);
      offered =
        destination === undefined
          ? undefined
          : toDestination(offeredDestination(destination), offeredGathering);
    },
    stop: async (withinMs) => {
      const all = offered === undefined ? local : [...local, offered];
      await Promise.all(all.map((each) => each.stop(withinMs)));
    },
  };
}

function toConsole<T>({ text }: Kind<T>, print: (line: string) => void): Exporter<T> {
  return {
    add: (item) => print(`${text(item)}\n`),
    stop: () => Promise.resolve(),
  };
}
