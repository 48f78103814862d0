import { createLocalServer, type LocalFact } from "../../agent/extension/local-endpoint.ts";
import { type LocalEndpoint, tokenOf } from "../../agent/extension/local-token.ts";
import type { ServerToAgent } from "../../opamp-client/wire/messages.ts";
import type { Fact } from "../core/state/event.ts";
import { localVariables } from "../../agent-config/extension-layer.ts";
import { interpretExtension } from "../core/interpret/extension-message.ts";
import { redact } from "../../redact.ts";
import type { Run } from "../core/state/time.ts";
import type { Logger } from "../log/log.ts";

/** The way between the agent's own OpAMP extension and the loop. */
export interface ExtensionLink {
  /** Resolves when the extension may come; never rejects. */
  readonly listen: () => Promise<void>;
  /** The variables that a run of the agent needs; without a run, those for a look at a configuration. */
  readonly variables: (run: Run | undefined) => Readonly<Record<string, string>>;
  /** Where the extension finds us, for a supervisor that comes after. */
  readonly endpoint: () => LocalEndpoint;
  readonly say: (run: Run, answer: ServerToAgent) => void;
  readonly close: () => Promise<void>;
}

/** Listens where the agent's extension will look for us; a port and a secret from elsewhere serve as well as new ones. */
export function createExtensionLink(
  endpoint: LocalEndpoint,
  log: Logger,
  post: (fact: Fact) => void,
): ExtensionLink {
  // A port that nothing listens on: the extension tries again and again, and the agent runs all the same.
  let port = endpoint.port === 0 ? 1 : endpoint.port;
  let strangers = 0;
  const server = createLocalServer(endpoint, (fact) => {
    if (fact.on === "turned-away") strangers += 1;
    logFact(fact, strangers, log);
    for (const each of factsOf(fact)) post(each);
  });
  return {
    listen: async () => {
      const found = await server.listen();
      if (found !== undefined) port = found;
      log.debug({ port: found }, "the agent's opamp extension may connect");
    },
    variables: (run) => ({
      [localVariables.port]: String(port),
      [localVariables.token]: run === undefined ? "none" : tokenOf(endpoint.secret, run),
    }),
    endpoint: () => ({ port, secret: endpoint.secret }),
    say: server.send,
    close: server.close,
  };
}

function factsOf(fact: LocalFact): readonly Fact[] {
  switch (fact.on) {
    case "agent-connected":
      return [{ on: "extension-connected", run: fact.run }];
    case "agent-disconnected":
      return [{ on: "extension-lost", run: fact.run }];
    case "agent-said":
      return interpretExtension(fact.run, fact.message, fact.overtaken);
    case "port-refused":
    case "turned-away":
      return [];
  }
}

/** Only the first one that is turned away is a warning: a thousand of them must not fill the disk. */
function logFact(fact: LocalFact, strangers: number, log: Logger): void {
  if (fact.on === "port-refused") {
    log.warn({ reason: fact.why }, "the port for the agent's opamp extension cannot be had");
  } else if (fact.on === "turned-away") {
    const level = strangers === 1 ? "warn" : "debug";
    log[level]({ reason: redact(fact.why) }, "turned away from the agent's local endpoint");
  }
}
