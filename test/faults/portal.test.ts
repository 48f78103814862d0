import { test, onTestFinished, expect } from "vitest";
import { startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";
import { faultWay } from "../helpers/net/fault-way.ts";
import { lookingFor, reason, goesOnTrying } from "./client.ts";

const both = ["ws", "http"] as const;
const page = "<!doctype html><title>Log in</title>".padEnd(5_000, " ");

function answer(status: string, type: string, body: string): string {
  const lines = [
    `HTTP/1.1 ${status}`,
    `content-type: ${type}`,
    `content-length: ${body.length}`,
    "connection: close",
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

test.each(both)(
  "over %s a captive portal is told, nothing of its page is decoded, and it is outlived",
  async (over) => {
    const server = await startFakeServer();
    const way = await faultWay(server.port, onTestFinished);
    way.become({ say: answer("200 OK", "text/html; charset=utf-8", page) });
    const watched = lookingFor(`${over}://127.0.0.1:${way.port}/v1/opamp`);
    expect(await reason(watched)).toBe(
      `127.0.0.1:${way.port} answered with text/html: a captive portal or another service? Check host, port and path of the endpoint`,
    );
    await goesOnTrying(watched);
    expect(watched.events.all.map(({ on }) => on)).not.toContain("message-discarded");
    expect(server.messages()).toEqual([]);
    way.become("pass");
    await watched.link("accepted");
  },
);

test.each(both)("over %s a network that wants a login first is told", async (over) => {
  const server = await startFakeServer();
  const way = await faultWay(server.port, onTestFinished);
  way.become({ say: answer("511 Network Authentication Required", "text/html", page) });
  const watched = lookingFor(`${over}://127.0.0.1:${way.port}/v1/opamp`);
  expect(await reason(watched)).toContain(
    "answered with HTTP status 511: the network wants somebody to log in first (a captive portal)",
  );
  way.become("pass");
  await watched.link("accepted");
});

test.each(both)("over %s a page of 50 MB is not taken in", async (over) => {
  const server = await startFakeServer();
  const way = await faultWay(server.port, onTestFinished);
  const large = Buffer.from(answer("200 OK", "text/html", " ".repeat(50_000_000)));
  way.become({ say: large });
  const before = process.memoryUsage().rss;
  const watched = lookingFor(`${over}://127.0.0.1:${way.port}/v1/opamp`);
  await goesOnTrying(watched);
  await goesOnTrying(watched);
  // Six pages are 300 MB; a part of each waits in the sockets of the other side.
  expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  way.become("pass");
  await watched.link("accepted");
});
