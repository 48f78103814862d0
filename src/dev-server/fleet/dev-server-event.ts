/** What happens in the dev server, for whoever keeps its log. Nothing secret is in here: no bodies, no headers. */
export type DevServerEvent =
  | { readonly on: "listening"; readonly opampUrl: string; readonly pageUrl: string }
  | { readonly on: "link-opened"; readonly connectionId: string; readonly from: string }
  | { readonly on: "link-closed"; readonly connectionId: string; readonly closeCode: number }
  | { readonly on: "link-failed"; readonly connectionId: string; readonly why: string }
  | { readonly on: "handshake-failed"; readonly why: string }
  | {
      readonly on: "message-received";
      readonly connectionId: string;
      readonly uid: string;
      readonly sequenceNum: string;
      /** The parts that were present. */
      readonly parts: readonly string[];
    }
  | {
      readonly on: "message-sent";
      readonly connectionId: string;
      readonly parts: readonly string[];
      readonly bytes: number;
    }
  | { readonly on: "message-refused"; readonly connectionId: string; readonly why: string }
  | { readonly on: "message-withheld"; readonly connectionId: string; readonly bytes: number }
  | { readonly on: "request-refused"; readonly status: number; readonly why: string }
  | { readonly on: "too-much-to-keep"; readonly uid: string; readonly why: string }
  | { readonly on: "state-not-kept"; readonly path: string; readonly why: string }
  | { readonly on: "state-kept-again"; readonly path: string }
  | { readonly on: "state-damaged"; readonly path: string; readonly aside: string }
  | { readonly on: "state-log-damaged"; readonly path: string }
  | { readonly on: "state-empty"; readonly path: string }
  | { readonly on: "state-put-aside"; readonly path: string; readonly aside: string }
  | { readonly on: "state-rows-left-out"; readonly path: string; readonly count: number }
  | { readonly on: "state-made-anew"; readonly path: string }
  | {
      /** The server has ended, and this much of what is new is not on the disk. */
      readonly on: "state-lost";
      readonly path: string;
      readonly agents: number;
      readonly configurations: number;
      readonly others: number;
      readonly why: string;
    };

/** Takes in what happened; must not throw. */
export type PostDevServerEvent = (event: DevServerEvent) => void;
