import type { Client, ClientEvent, LinkView } from "../../opamp-client/client.ts";
import type { CustomMessage, ServerToAgent } from "../../opamp-client/wire/messages.ts";
import type { Fact } from "../core/state/event.ts";
import { ignoredParts, interpret } from "../core/interpret/server-message.ts";
import type { ServerSettingsInForce } from "../core/state/offers.ts";
import { redact } from "../../redact.ts";
import { report } from "../core/report/full-report.ts";
import type { State } from "../core/state/state.ts";
import { systemClock } from "../inputs/clocks.ts";
import type { InUse } from "../inputs/in-use.ts";
import type { Logger } from "../log/log.ts";
import { createSparing } from "../log/sparing.ts";
import { type Proof, beginProof } from "./candidate-link.ts";
import { heapRoomBytes } from "./heap-room.ts";
import { connectToServer, logEvent } from "./server-link.ts";
import { endpointsOf } from "./server-target.ts";

/** The connection to the server that is in use, and for a while one beside it that is to prove itself. */
export interface ServerLinks {
  readonly start: () => void;
  /** The full picture from now on. */
  readonly tell: (state: State) => void;
  readonly sendCustomMessage: (message: CustomMessage) => void;
  readonly requestCertificate: (csr: string) => void;
  readonly prove: (settings: ServerSettingsInForce) => void;
  /** Gives up what is being proved. */
  readonly stopProving: () => void;
  readonly use: (settings: ServerSettingsInForce | undefined) => void;
  /** The same server, with what is newly written in supervisor.yaml. */
  readonly reconnect: () => void;
  /** Says the last of it and goodbye. */
  readonly stop: () => Promise<void>;
}

/** An offer that is not proved in this time has failed. */
const proofTimeoutMs = 30_000;

/** So long the first message waits for the binary to say who the agent is; the connection is made meanwhile. */
const introductionMs = 500;

/** After so long a server that has seen the former connection close has done what it does then. */
const afterCloseMs = 250;

/** What the connections are made from, and where their facts go. */
interface LinksOwner {
  readonly now: () => InUse;
  readonly state: () => State;
  readonly post: (fact: Fact) => void;
  /** Of the supervisor itself. */
  readonly environment: ReadonlyMap<string, string>;
  readonly log: Logger;
}

/** Begins with the settings that were in force when the last life ended; nothing is connected yet. */
export function createServerLinks(owner: LinksOwner, first: State): ServerLinks {
  const { log, post, now } = owner;
  // What a server sends may make any number of lines.
  const mayTell = createSparing((lines) => {
    log.warn({ lines }, "more was wrong with the server's messages than is said here");
  });
  let offered = first.connections.server;
  let proof: Proof | undefined;
  let up = false;
  let current = connect(offered);
  let introduction: NodeJS.Timeout | undefined;
  let introduced = knowsAgent(first);
  if (introduced) current.report(report(first, now().profile));

  function connect(settings: ServerSettingsInForce | undefined): Client {
    const { server } = now().settings;
    if (server.tls.skipVerify)
      log.warn("the server's certificate is not verified (insecure_skip_verify)");
    const client: Client = connectToServer(server, settings, owner, (event) => hear(client, event));
    return client;
  }

  function introduce(): void {
    introduced = true;
    current.report(report(owner.state(), now().profile));
  }

  /** What a connection says that is not in use any more is passed over. */
  function hear(client: Client, event: ClientEvent, early = false): void {
    if (client !== current) return;
    if (event.on === "link-changed" || (isWorthALine(event) && mayTell())) logEvent(event, log);
    switch (event.on) {
      case "custom-message-settled":
        return post({ on: "message-settled" });
      case "link-changed":
        return hearLink(event.link);
      case "message-received":
        return hearMessage(event.message, early);
      case "message-discarded":
    }
  }

  function hearMessage(message: ServerToAgent, early: boolean): void {
    for (const reason of ignoredParts(message))
      if (mayTell()) log.warn({ reason }, "part of a message ignored");
    const { capabilities } = now().profile;
    for (const fact of interpret(message, capabilities, early, heapRoomBytes())) post(fact);
  }

  function hearLink(link: LinkView): void {
    const { endpoint } = link;
    if (link.at === "accepted") post({ on: "server-reached", endpoint });
    if (link.at !== "waiting") return;
    const retryInMs = Math.max(0, link.retryAt - systemClock.wall().unixMs);
    post({ on: "server-lost", why: redact(link.reason), endpoint, retryInMs });
  }

  /** Lets the former connection say goodbye, and calls `begin` only after that. */
  function replace(client: Client, begin: () => void): void {
    const former = current;
    current = client;
    void former.stop().then(begin);
  }

  /**
   * Ends the former connection before the new one begins: unless one of them is on trial, a server never sees two of
   * us.
   */
  function startInstead(settings: ServerSettingsInForce | undefined): void {
    const client = connect(settings);
    client.report(report(owner.state(), now().profile));
    replace(client, () => {
      if (up) client.start();
    });
  }

  function promote({ client, promote: hand }: Proof): void {
    replace(client, () => {
      hand((event, early) => hear(client, event, early));
      if (!up) return;
      client.report(report(owner.state(), now().profile));
      // A server that knows its agents by their connections has just forgotten us.
      setTimeout(() => {
        if (client === current && up) client.reportAgain();
      }, afterCloseMs).unref();
    });
  }

  return {
    start: () => {
      up = true;
      current.start();
      if (!introduced) introduction = setTimeout(introduce, introductionMs);
    },
    tell: (state) => {
      if (!introduced && !knowsAgent(state)) return;
      introduced = true;
      clearTimeout(introduction);
      const seconds = state.connections.server?.heartbeatSeconds;
      if (seconds !== undefined) current.setHeartbeatInterval(seconds * 1000);
      current.report(report(state, now().profile));
    },
    sendCustomMessage: (message) => current.sendCustomMessage(message),
    requestCertificate: (csr) => current.requestCertificate(new TextEncoder().encode(csr)),
    prove: (settings) => {
      proof?.give();
      const { server } = now().settings;
      log.info({ endpoint: endpointsOf(server, settings)[0] }, "offered server settings are tried");
      proof = beginProof(
        settings,
        (listen) => connectToServer(server, settings, owner, listen),
        report(owner.state(), now().profile),
        proofTimeoutMs,
        {
          proved: () => post({ on: "server-proved", settings }),
          refuted: (why) => post({ on: "server-refuted", settings, why: redact(why) }),
        },
      );
    },
    stopProving: () => {
      proof?.give();
      proof = undefined;
    },
    use: (settings) => {
      const ready = proof?.settings === settings ? proof : undefined;
      offered = settings;
      proof = undefined;
      if (ready === undefined) startInstead(settings);
      else promote(ready);
    },
    reconnect: () => {
      offered = owner.state().connections.server;
      startInstead(offered);
    },
    stop: async () => {
      up = false;
      clearTimeout(introduction);
      proof?.give();
      await current.stop(report(owner.state(), now().profile));
    },
  };
}

function isWorthALine(event: ClientEvent): boolean {
  if (event.on === "message-discarded") return true;
  return event.on === "message-received" && event.message.errorResponse !== undefined;
}

/** Name and version of the agent are known, or why they will not be. */
function knowsAgent({ identity: { binary, problem } }: State): boolean {
  return binary !== undefined || problem !== undefined;
}
