import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type {
  AgentPage,
  AgentRow,
  ConfigurationText,
} from "../../src/dev-server/shapes/api-shapes.ts";
import { startConsole } from "../helpers/e2e/console-process.ts";
import { eventually, patienceMs, program, scratchFolder } from "../helpers/e2e/daemon.ts";
import { printedDice } from "../helpers/endurance/seed.ts";
import { freePorts } from "../helpers/net/free-ports.ts";

const agents = 50;
const kills = 8;

test(
  "a console that is killed at any moment has all that it said it had, whatever agents do meanwhile",
  async () => {
    const dice = printedDice("console-kills");
    const ports = await freePorts(2);
    const state = join(scratchFolder(), "console.sqlite");
    const api = `http://127.0.0.1:${ports[1]}/api`;
    const server = `--server=ws://127.0.0.1:${ports[0]}/v1/opamp`;
    const options = [server, `--agents=${agents}`, "--over=1s", "--apply-after=50ms"];
    const rows = async (): Promise<readonly AgentRow[]> =>
      ((await (await fetch(`${api}/agents`)).json()) as { agents: readonly AgentRow[] }).agents;
    const offered = new Map<string, string>();
    const saved = new Map<string, string>();
    let number = 0;
    /** Sends until nobody answers any more, and notes what was answered. */
    const send = async (uids: readonly string[]): Promise<void> => {
      for (;;) {
        number += 1;
        const [uid, text, name] = [uids[dice(uids.length)] ?? "", `a: ${number}`, `c${number % 7}`];
        const headers = { "content-type": "application/yaml" };
        try {
          const sent = { method: "POST", headers, body: text };
          if ((await fetch(`${api}/agents/${uid}/config`, sent)).ok) offered.set(uid, text);
          const save = {
            method: "PUT",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ config: text }),
          };
          if ((await fetch(`${api}/configurations/${name}`, save)).ok) saved.set(name, text);
        } catch {
          // Killed.
          return;
        }
      }
    };
    const seen = new Set<string>();
    for (let kill = 0; kill <= kills; kill += 1) {
      const console = await startConsole(ports, state);
      expect(console.errors()).toBe("");
      const known = (await rows()).map(({ uid }) => uid);
      expect([...seen].filter((uid) => !known.includes(uid))).toEqual([]);
      for (const [uid, text] of offered) {
        const page = (await (await fetch(`${api}/agents/${uid}`)).json()) as AgentPage;
        // What was not answered any more may have been sent as well.
        const texts = page.offers.flatMap(({ files }) => files.map((file) => file.text));
        expect(texts.slice(0, 2)).toContain(text);
      }
      for (const [name, text] of saved) {
        const found = (await (
          await fetch(`${api}/configurations/${name}`)
        ).json()) as ConfigurationText;
        const number = (text: string | undefined): number => Number(text?.slice(3));
        expect(number(found.files[0]?.text)).toBeGreaterThanOrEqual(number(text));
      }
      if (kill === 0) {
        const crowd = spawn(process.execPath, [program, "simulate", ...options], {
          stdio: ["ignore", "inherit", "inherit"],
        });
        onTestFinished(() => void crowd.kill("SIGKILL"));
      }
      if (kill === 0) await eventually(async () => (await rows()).length === agents);
      const uids = (await rows()).map(({ uid }) => uid);
      uids.forEach((uid) => seen.add(uid));
      const sending = send(uids);
      await new Promise((resolve) => setTimeout(resolve, 300 + dice(1_200)));
      console.process.kill("SIGKILL");
      await once(console.process, "exit");
      await sending;
    }
    expect(offered.size).toBeGreaterThan(agents / 5);
  },
  8 * patienceMs,
);
