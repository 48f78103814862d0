import { createServer } from "node:net";
import { once } from "node:events";
import { basename } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { takenText } from "../../../src/cli/dev/taken-port.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";

async function hold(port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
}

/** The ports that a line proposes. */
function proposed(text: string | undefined): readonly number[] {
  return [...(text ?? "").matchAll(/(?:--port|--page|yaml port) (\d+)/g)].map(([, port]) =>
    Number(port),
  );
}

test("who has a port is named, and a command with free ones", async () => {
  const [opamp = 0, page = 0] = await freePorts(2);
  await hold(opamp);
  const text = takenText({ opamp, page, command: "npm start --", config: undefined });
  expect(text).toContain(`expected port ${opamp} to be free, found process ${process.pid} (`);
  expect(text).toContain(basename(process.execPath));
  expect(text).toContain("Stop it, or type: npm start -- --port ");
  const [newOpamp = 0, newPage] = proposed(text);
  expect(newOpamp).toBeGreaterThan(Math.max(opamp, page));
  expect(newPage).toBe(page);
});

test("both ports are named when both are taken, and the new ones differ", async () => {
  const [opamp = 0, page = 0] = await freePorts(2);
  await hold(opamp);
  await hold(page);
  const text = takenText({ opamp, page, command: "opampsupervisor dev", config: undefined });
  expect(text).toContain(`port ${opamp} `);
  expect(text).toContain(`port ${page} `);
  expect(new Set([opamp, page, ...proposed(text)]).size).toBe(4);
});

test("a file that names the port is what has to change", async () => {
  const [opamp = 0, page = 0] = await freePorts(2);
  await hold(opamp);
  const text = takenText({
    opamp,
    page,
    command: "opampsupervisor dev --config mine.yaml",
    config: "mine.yaml",
  });
  expect(text).toMatch(/Stop it, or give server\.endpoint in mine\.yaml port \d+$/);
});

test("a page's port alone leaves the file as it is", async () => {
  const [opamp = 0, page = 0] = await freePorts(2);
  await hold(page);
  const command = "opampsupervisor dev --config mine.yaml";
  const text = takenText({ opamp, page, command, config: "mine.yaml" });
  expect(text).toMatch(/type: opampsupervisor dev --config mine\.yaml --page \d+$/);
});

test("nothing is said where nobody is seen", async () => {
  const [opamp = 0] = await freePorts(1);
  expect(takenText({ opamp, page: 0, command: "x", config: undefined })).toBeUndefined();
});
