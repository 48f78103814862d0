import { once } from "node:events";
import { type IncomingHttpHeaders, createServer, request as httpRequest } from "node:http";
import { type ServerOptions, createServer as createTlsServer } from "node:https";
import { type Socket, connect, type AddressInfo } from "node:net";
import { type EventLog, createEventLog } from "../event-log.ts";

/** What the proxy was asked for. */
export interface Asked {
  readonly method: string;
  /** host:port, or a whole URL. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** A status instead of a connection; `hang` never answers, `cut` breaks the connection. */
export type ProxyAnswer = number | "hang" | "cut" | undefined;

/** An HTTP proxy on loopback. Whatever name it is asked for, it connects to the port of loopback. */
export interface ConnectProxy {
  readonly port: number;
  /** With name and password where it wants some. */
  readonly url: string;
  readonly asked: EventLog<Asked>;
  /** What it does from now on. */
  answer: ProxyAnswer;
  close(): Promise<void>;
}

/** Starts a proxy; with TLS options it is reached by https, with a pair it wants Basic authentication. */
export async function startConnectProxy(
  options: {
    readonly tls?: ServerOptions;
    readonly pair?: string;
    readonly port?: number;
    /** Where it connects to instead of the port that it is asked for. */
    readonly to?: number;
    readonly answer?: ProxyAnswer;
  } = {},
): Promise<ConnectProxy> {
  const { tls, pair, to } = options;
  const asked = createEventLog<Asked>();
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const wanted = pair === undefined ? undefined : `Basic ${Buffer.from(pair).toString("base64")}`;
  const statusFor = (headers: IncomingHttpHeaders): ProxyAnswer =>
    wanted !== undefined && headers["proxy-authorization"] !== wanted ? 407 : proxy.answer;

  server.on("connection", keep);
  server.on("connect", (request, socket: Socket, head: Buffer) => {
    asked.add({ method: "CONNECT", target: request.url ?? "", headers: request.headers });
    const answer = statusFor(request.headers);
    if (answer === "hang") return;
    if (answer !== undefined) {
      if (answer !== "cut") socket.write(`HTTP/1.1 ${answer} no\r\ncontent-length: 0\r\n\r\n`);
      socket.destroySoon();
      return;
    }
    const port = to ?? Number(/:(\d+)$/.exec(request.url ?? "")?.[1]);
    const far = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      far.write(head);
      far.pipe(socket).pipe(far);
    });
    keep(far);
    socket.on("close", () => far.destroy());
    far.on("close", () => socket.destroy());
  });
  server.on("request", (request, response) => {
    const { method = "", url: target = "", headers } = request;
    asked.add({ method, target, headers });
    const answer = statusFor(headers);
    if (answer === "hang") return;
    if (answer === "cut") {
      request.socket.destroy();
      return;
    }
    if (answer !== undefined) {
      response.writeHead(answer).end();
      return;
    }
    const { port, pathname } = new URL(target);
    const passedOn = Object.fromEntries(
      Object.entries(headers).filter(([name]) => !name.startsWith("proxy-")),
    );
    const far = httpRequest(
      { host: "127.0.0.1", port: to ?? port, path: pathname, method, headers: passedOn },
      (incoming) => {
        response.writeHead(incoming.statusCode ?? 0, incoming.headers);
        incoming.pipe(response);
      },
    );
    far.on("error", () => response.writeHead(502).end());
    request.pipe(far);
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const proxy: ConnectProxy = {
    port,
    url: `http${tls === undefined ? "" : "s"}://${pair === undefined ? "" : `${pair}@`}127.0.0.1:${port}`,
    asked,
    answer: options.answer,
    async close(): Promise<void> {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return proxy;
}
