import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ConnectionFacts, StepName } from "../judge/judge-server.ts";

/** The steps of one connection with the time that each took. */
interface Steps {
  readonly answered: () => void;
  readonly done: () => ConnectionFacts["steps"];
}

/** Times the steps of a request's connection; a failed step is not among them. */
export function watchSteps(request: ClientRequest, proxied: boolean): Steps {
  const steps: { step: StepName; tookMs: number; detail: string }[] = [];
  let last = performance.now();
  const done = (step: StepName, detail = ""): void => {
    const now = performance.now();
    steps.push({ step, tookMs: Math.round(now - last), detail });
    last = now;
  };
  request.once("socket", (socket: Socket) => {
    // It was made by the proxy already, or is made to it.
    if (!socket.connecting && proxied) done("proxy");
    socket.once("lookup", (error: Error | null, address: string) => {
      if (error === null) done("name", address);
    });
    socket.once("connect", () => done("connection", addressOf(socket)));
    socket.once("secureConnect", () => done("tls", versionOf(socket)));
  });
  return { answered: () => done("answer"), done: () => steps };
}

function addressOf({ remoteAddress = "", remotePort = 0 }: Socket): string {
  return remoteAddress.includes(":")
    ? `[${remoteAddress}]:${remotePort}`
    : `${remoteAddress}:${remotePort}`;
}

function versionOf(socket: Socket): string {
  return (socket as Socket & Pick<TLSSocket, "getProtocol">).getProtocol() ?? "";
}
