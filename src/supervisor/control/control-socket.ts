import { rmSync } from "node:fs";
import { type Server, createServer, type ServerResponse } from "node:http";
import { messageOf } from "../../errors.ts";
import type { ControlPath } from "./control-path.ts";

/** What may be asked, such as `POST /retry`, and what makes the answer to it. */
export type ControlAnswers = ReadonlyMap<string, () => unknown>;

/** Limits that nobody who is allowed to ask has a reason to exceed. */
export interface ControlLimits {
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
  /** A connection on which nothing happens for so long is closed. */
  readonly idleMs: number;
}

const usualLimits: ControlLimits = { maxConnections: 8, maxHeaderBytes: 4096, idleMs: 5_000 };

/**
 * Listens for commands on a socket that only its owner may use; HTTP with JSON answers, a question has no body. The
 * caller holds the directory's lock, so a socket that is there belongs to nobody. Gives back what ends it; without a
 * socket the supervisor does its work all the same, `warn` says why there is none.
 */
export function openControlSocket(
  { path, problem }: ControlPath,
  answers: ControlAnswers,
  warn: (reason: string) => void,
  limits: ControlLimits = usualLimits,
): () => void {
  if (problem !== undefined) {
    warn(problem);
    return () => undefined;
  }
  const server = createControlServer(answers, limits);
  server.on("error", (error) => warn(messageOf(error)));
  try {
    rmSync(path, { force: true });
    listenPrivately(server, path);
  } catch (error) {
    warn(messageOf(error));
  }
  return () => {
    // Takes the file away too.
    server.close();
    server.closeAllConnections();
  };
}

function createControlServer(answers: ControlAnswers, limits: ControlLimits): Server {
  const { maxConnections, maxHeaderBytes, idleMs } = limits;
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, headersTimeout: idleMs, requestTimeout: idleMs },
    ({ method = "", url = "" }, response) => {
      const question = `${method} ${url}`;
      const answer = answers.get(question);
      if (answer !== undefined) return answered(response, answer);
      const known = [...answers.keys()].join(", ");
      send(response, 404, { message: `expected one of ${known}, found ${question}` });
    },
  );
  server.maxConnections = maxConnections;
  server.setTimeout(idleMs);
  return server;
}

/** A fault in an answer is for whoever has asked, and ends nothing else. */
function answered(response: ServerResponse, answer: () => unknown): void {
  let found: unknown;
  try {
    found = answer();
  } catch (error) {
    return send(response, 500, { message: `this cannot be answered: ${messageOf(error)}` });
  }
  send(response, 200, found);
}

/** The connection is closed behind it: what comes as a body is never read. */
function send(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(answer));
}

/** The file is made with its mode: one that is changed afterwards is open to others for a moment. */
function listenPrivately(server: Server, path: string): void {
  const usual = process.umask(0o177);
  try {
    // The file is there when this returns; only failures are told later.
    server.listen(path);
  } finally {
    process.umask(usual);
  }
}
