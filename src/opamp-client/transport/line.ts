import { messageOf } from "../../errors.ts";
import type { TransportOptions } from "./client-options.ts";
import { loadTransport } from "./load-transport.ts";
import type { OutgoingMessage, Transport, TransportEvent } from "./transport.ts";

/** The one connection that there may be at a time. */
interface Line {
  /** Makes a connection once the one before is closed, if there is none then and it is still `wanted`. */
  open(target: TransportOptions, wanted: () => boolean): Promise<void>;
  /** Ends the connection, if there is one; what it says from here on is not heard. */
  close(goodbye?: OutgoingMessage): Promise<void>;
  /** `busy` while a message is out that the transport has not called done. */
  sends(): "never" | "not-yet" | "ready" | "busy";
  /** Allowed while it is `ready`; nothing to send is no harm. */
  send(message: OutgoingMessage | undefined): void;
}

interface Current {
  readonly transport: Transport;
  sends: "not-yet" | "ready" | "busy";
}

/** Without a connection; `hear` is told what happens to the one that is made. */
export function createLine(
  hear: (event: TransportEvent) => void,
  discard: (reason: string) => void,
): Line {
  let current: Current | undefined;
  let closing: Promise<void> = Promise.resolve();

  return {
    async open(target: TransportOptions, wanted: () => boolean): Promise<void> {
      // Never two connections: the one before may still be saying goodbye.
      await closing;
      const create = await loadTransport(target.endpoint);
      if (current !== undefined || !wanted()) return;
      const transport = create(target, (event) => {
        if (event.on === "ready") made.sends = "ready";
        hear(event);
      });
      const made: Current = { transport, sends: "not-yet" };
      current = made;
      transport.open();
    },
    close(goodbye?: OutgoingMessage): Promise<void> {
      const ended = current;
      current = undefined;
      if (ended !== undefined) {
        closing = ended.transport
          .close(goodbye)
          .catch((error: unknown) => discard(messageOf(error)));
      }
      return closing;
    },
    sends: () => current?.sends ?? "never",
    send(message: OutgoingMessage | undefined): void {
      if (current === undefined || message === undefined) return;
      current.sends = "busy";
      current.transport.send(message);
    },
  };
}
