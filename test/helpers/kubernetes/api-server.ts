import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Server, createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import { createAuthority } from "../net/certificates.ts";

type Json = Record<string, unknown>;

interface Stored extends Json {
  metadata: Json & { name: string; resourceVersion: string; generation: number };
}

interface WatchEvent {
  readonly collection: string;
  readonly type: string;
  readonly version: number;
  readonly object: Stored;
}

/** A request as the server got it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly body: Json | undefined;
}

/**
 * A small API server on loopback: lists, watches from a version on, server-side apply by merging, errors as `Status`.
 * Objects are told apart by the path of their collection.
 */
export interface ApiServer {
  readonly url: () => string;
  readonly ca: string;
  readonly requests: SeenRequest[];
  /** Answers instead of the server: a status code, the headers, and a message. */
  fault: (method: string, path: string) => Fault | undefined;
  /** Answers without end: a byte now and then. */
  endless: (method: string, path: string) => boolean;
  readonly put: (collection: string, object: Json) => void;
  readonly remove: (collection: string, name: string) => void;
  readonly get: (collection: string, name: string) => Stored | undefined;
  readonly names: (collection: string) => readonly string[];
  /** Watches from before now are told that they have expired. */
  readonly compact: () => void;
  /** Ends the open watches, as a server does now and then. */
  readonly endWatches: () => void;
  /** The server goes away, with all connections. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/** What is answered instead. */
interface Fault {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts one; it ends with the test. */
export async function startApiServer(): Promise<ApiServer> {
  const authority = createAuthority();
  const pair = authority.issue({ names: ["127.0.0.1"] });
  const objects = new Map<string, Map<string, Stored>>();
  const events: WatchEvent[] = [];
  const watches = new Set<{ readonly collection: string; readonly response: ServerResponse }>();
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const position = { version: 100, oldest: 0, port: 0 };
  let server: Server | undefined;

  const tell = (type: string, collection: string, object: Stored): void => {
    const event = { type, collection, object, version: position.version };
    events.push(event);
    for (const watch of watches) if (watch.collection === collection) write(watch.response, event);
  };
  const put = (collection: string, object: Json): Stored => {
    const { name } = object.metadata as { name: string };
    const in_ = objects.get(collection) ?? new Map<string, Stored>();
    objects.set(collection, in_);
    const before = in_.get(name);
    position.version += 1;
    const changed = JSON.stringify(before?.spec) !== JSON.stringify(object.spec);
    const generation = (before?.metadata.generation ?? 0) + (changed ? 1 : 0);
    const metadata = {
      ...{ uid: `uid-of-${name}`, creationTimestamp: "2026-01-01T00:00:00Z" },
      ...(object.metadata as Json),
      ...{ name, generation, resourceVersion: String(position.version) },
    };
    const stored: Stored = { ...object, metadata };
    in_.set(name, stored);
    tell(before === undefined ? "ADDED" : "MODIFIED", collection, stored);
    return stored;
  };
  const remove = (collection: string, name: string): void => {
    const object = objects.get(collection)?.get(name);
    if (object === undefined) return;
    position.version += 1;
    objects.get(collection)?.delete(name);
    const metadata = { ...object.metadata, resourceVersion: String(position.version) };
    tell("DELETED", collection, { ...object, metadata });
  };
  const answer = (request: IncomingMessage, response: ServerResponse, text: string): void => {
    const { pathname, searchParams } = new URL(request.url ?? "", "https://x");
    const { method = "" } = request;
    const body = text === "" ? undefined : (JSON.parse(text) as Json);
    const token = (request.headers.authorization ?? "").replace("Bearer ", "");
    requests.push({ method, path: request.url ?? "", token, body });
    const fault = api.fault(method, request.url ?? "");
    if (fault !== undefined) return status(response, fault);
    if (api.endless(method, request.url ?? "")) return drip(response);
    const collection = pathname.replace(
      /(\/(pods|configmaps|deployments|daemonsets|statefulsets|leases))\/.*$/,
      "$1",
    );
    const [name = "", sub] = pathname.slice(collection.length + 1).split("/");
    if (searchParams.get("watch") === "true") {
      const from = Number(searchParams.get("resourceVersion"));
      response.writeHead(200, { "content-type": "application/json" });
      if (from < position.oldest) {
        const object = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
        response.end(`${JSON.stringify({ type: "ERROR", object })}\n`);
        return;
      }
      const watch = { collection, response };
      watches.add(watch);
      response.on("close", () => watches.delete(watch));
      response.flushHeaders();
      for (const event of events) {
        if (event.version > from && event.collection === collection) write(response, event);
      }
      return;
    }
    if (sub === "log") {
      const log = objects.get(collection)?.get(name)?.log;
      response.end(typeof log === "string" ? log : "");
      return;
    }
    if (method === "POST") {
      const made = body as Stored;
      if (objects.get(collection)?.has(made.metadata.name) === true) {
        return status(response, { code: 409, reason: "AlreadyExists", message: "there is one" });
      }
      return json(response, put(collection, made));
    }
    if (name === "") {
      const items = [...(objects.get(collection)?.values() ?? [])];
      return json(response, { metadata: { resourceVersion: String(position.version) }, items });
    }
    const found = objects.get(collection)?.get(name);
    const named = (body as Partial<Stored> | undefined)?.metadata?.resourceVersion;
    if (method === "PATCH" && named !== undefined) {
      if (found === undefined) {
        return status(response, { code: 404, reason: "NotFound", message: `"${name}" not found` });
      }
      if (named !== found.metadata.resourceVersion) {
        return status(response, { code: 409, reason: "Conflict", message: "it was modified" });
      }
    }
    if (method === "PATCH")
      return json(response, put(collection, merged(found ?? {}, body ?? {}) as Json));
    if (found === undefined) {
      return status(response, { code: 404, reason: "NotFound", message: `"${name}" not found` });
    }
    if (method === "DELETE") remove(collection, name);
    return json(response, found);
  };
  const start = async (): Promise<void> => {
    server = createServer(pair, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => answer(request, response, Buffer.concat(chunks).toString()));
    });
    // Those that are still shaking hands among them, which the server itself does not know yet.
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    server.listen(position.port, "127.0.0.1");
    await once(server, "listening");
    position.port = (server.address() as AddressInfo).port;
  };
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server?.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const endWatches = (): void => {
    for (const { response } of watches) response.end();
    watches.clear();
  };
  const api: ApiServer = {
    url: () => `https://127.0.0.1:${position.port}`,
    ca: authority.cert,
    requests,
    fault: () => undefined,
    endless: () => false,
    put: (collection, object) => void put(collection, object),
    remove,
    get: (collection, name) => objects.get(collection)?.get(name),
    names: (collection) => [...(objects.get(collection)?.keys() ?? [])],
    compact: () => {
      position.version += 1;
      position.oldest = position.version;
      endWatches();
    },
    endWatches,
    ...{ start, stop },
  };
  await start();
  onTestFinished(stop);
  return api;
}

function write(response: ServerResponse, { type, object }: WatchEvent): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 20);
  response.on("close", () => clearInterval(timer));
}

function json(response: ServerResponse, body: Json): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function status(response: ServerResponse, { code, headers = {}, ...words }: Fault): void {
  response.writeHead(code, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify({ kind: "Status", status: "Failure", code, ...words }));
}

/** Maps are merged, items of lists that have names too, all else is replaced. */
function merged(before: unknown, applied: unknown): unknown {
  if (Array.isArray(applied)) {
    const old = Array.isArray(before) ? (before as Json[]) : [];
    const named = (applied as Json[]).filter(({ name }) => name !== undefined);
    if (named.length === 0) return applied;
    const kept = old.map((item) => {
      const change = named.find(({ name }) => name === item.name);
      return change === undefined ? item : merged(item, change);
    });
    return [...kept, ...named.filter(({ name }) => old.every((item) => item.name !== name))];
  }
  if (typeof applied !== "object" || applied === null) return applied;
  const old = (typeof before === "object" && before !== null ? before : {}) as Json;
  const entries = Object.entries(applied).map(([key, value]) => [key, merged(old[key], value)]);
  return { ...old, ...(Object.fromEntries(entries) as Json) };
}
