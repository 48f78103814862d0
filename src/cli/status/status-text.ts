import type { ComponentStatus } from "../../supervisor/core/report/status/agent-status.ts";
import type { HealthWord } from "../../supervisor/core/report/status/health-words.ts";
import type { StatusAnswer } from "../../supervisor/core/report/status/status-answer.ts";
import { offerLines } from "./status-offers.ts";
import { type Paint, spanText, wrapped } from "../screen-text.ts";
import { type Line, agoText, forText, short } from "./status-words.ts";

/** How the screen is to look. */
export interface ScreenLook {
  readonly columns: number;
  readonly paint: Paint;
}

const labelWidth = 10;

const words: Readonly<Record<HealthWord, string>> = {
  healthy: "Healthy",
  parked: "Healthy (parked)",
  starting: "Starting",
  degraded: "Degraded",
  failing: "Failing",
  stopping: "Stopping",
};

/** The whole answer on one screen. */
export function statusText(answer: StatusAnswer, look: ScreenLook): string {
  const { paint } = look;
  const sections: readonly (readonly [label: string, lines: readonly Line[]])[] = [
    ["Agent", agentLines(answer, paint)],
    ["Server", serverLines(answer, paint)],
    ["Config", configLines(answer, paint)],
    ["Offers", offerLines(answer, paint)],
    ["Packages", packageLines(answer, paint)],
    ["Certs", certificateLines(answer, paint)],
    ["Paths", pathLines(answer)],
  ];
  const head = headLines(answer, look);
  return [...head, ...sections.flatMap(([label, lines]) => section(label, lines, look))]
    .map((line) => `${line}\n`)
    .join("");
}

function headLines({ health, agent }: StatusAnswer, { columns, paint }: ScreenLook): string[] {
  const colour = {
    ...{ healthy: paint.good, parked: paint.good, starting: paint.warn, stopping: paint.warn },
    ...{ degraded: paint.warn, failing: paint.bad },
  }[health.word];
  const name = `${agent.name ?? "the agent"} ${agent.version ?? ""}`.trim();
  const reason = health.reason === null ? "" : `: ${health.reason}`;
  const [first = "", ...rest] = wrapped(`${words[health.word]}  ${name}${reason}`, columns - 1);
  const word = words[health.word];
  return [`${colour(paint.bold(word))}${first.slice(word.length)}`, ...rest, ""];
}

function section(label: string, lines: readonly Line[], look: ScreenLook): readonly string[] {
  const width = look.columns - labelWidth - 1;
  const shown = lines.flatMap(({ text, paint = (plain) => plain }) =>
    wrapped(text, width - 2).map((each, index) => paint(index === 0 ? each : `  ${each}`)),
  );
  return shown.map((line, index) => {
    const margin = (index === 0 ? label : "").padEnd(labelWidth);
    return `${index === 0 ? look.paint.bold(margin) : margin}${line}`;
  });
}

function agentLines(answer: StatusAnswer, paint: Paint): readonly Line[] {
  const { agent, health } = answer;
  const { restarts, lastGap, silentSince } = agent;
  const up =
    agent.uptimeSeconds === null
      ? `no process (${agent.state})`
      : `pid ${agent.pid ?? "unknown"}, up ${spanText(agent.uptimeSeconds)} (${agent.state})`;
  const next = health.nextStartAt;
  const { last, count, afterCrash } = restarts;
  return [
    { text: up },
    ...(next === null ? [] : [{ text: `next start ${agoText(answer, next)}` }]),
    { text: `restarts ${count}${afterCrash > 0 ? `, ${afterCrash} of them after a crash` : ""}` },
    ...(last === null ? [] : [{ text: `last restart ${agoText(answer, last.at)}: ${last.why}` }]),
    ...(silentSince === null || agent.state === "starting"
      ? []
      : [{ text: `has not answered${forText(answer, silentSince)}`, paint: paint.warn }]),
    ...(lastGap === null
      ? []
      : [
          {
            text: `last gap ${(lastGap.lastedMs / 1000).toFixed(2)} s, ${agoText(answer, lastGap.at)}: ${lastGap.why}`,
          },
        ]),
    ...(agent.dataFlowProblem === null
      ? []
      : [{ text: `data flow is not watched: ${agent.dataFlowProblem}`, paint: paint.faint }]),
    ...componentLines(agent.components, paint),
  ];
}

/** More are only counted, but for those that are not well. */
const mostShown = 12;

function componentLines(all: readonly ComponentStatus[], paint: Paint): readonly Line[] {
  const flat = all.flatMap((one) => flattened(one, 0));
  const ill = flat.filter(({ one }) => !one.healthy);
  if (flat.length === 0) return [];
  const count = `components: ${flat.length}, ${ill.length === 0 ? "all" : flat.length - ill.length} healthy`;
  const shown = flat.length <= mostShown ? flat : ill.slice(0, mostShown);
  return [
    { text: count },
    ...shown.map(({ one, depth }) => ({
      text: `${"  ".repeat(flat.length <= mostShown ? depth : 0)}${one.healthy ? "+" : "-"} ${one.name} ${one.status}${one.error === null ? "" : `: ${one.error}`}`,
      ...(one.healthy ? {} : { paint: paint.bad }),
    })),
  ];
}

function flattened(
  one: ComponentStatus,
  depth: number,
): readonly { readonly one: ComponentStatus; readonly depth: number }[] {
  return [{ one, depth }, ...one.components.flatMap((each) => flattened(each, depth + 1))];
}

function serverLines(answer: StatusAnswer, paint: Paint): readonly Line[] {
  const { server } = answer;
  const since = forText(answer, server.since);
  const where = `${server.endpoint}${server.offeredByServer ? " (offered by the server)" : ""}`;
  if (server.connected) return [{ text: `connected to ${where}${since}` }];
  const next =
    server.nextTryAt === null ? "an attempt is under way" : agoText(answer, server.nextTryAt);
  return [
    { text: `not connected to ${where}${since}`, paint: paint.bad },
    ...(server.failure === null ? [] : [{ text: server.failure }]),
    { text: server.nextTryAt === null ? next : `next try ${next}` },
  ];
}

function configLines(answer: StatusAnswer, paint: Paint): readonly Line[] {
  const { running, good, onTrial, probationUntil, problem, warnings } = answer.configuration;
  const text = (one: NonNullable<typeof running>): string => {
    const remote = one.remoteHash === null ? "local only" : `remote ${short(one.remoteHash)}`;
    const since = forText(answer, one.since);
    return `generation ${one.generation} (${remote}, text ${short(one.hash)})${since}`;
  };
  const same = running !== null && running.generation === good?.generation;
  return [
    { text: running === null ? "nothing runs" : `runs ${text(running)}${same ? ", good" : ""}` },
    ...(same ? [] : [{ text: good === null ? "none was good yet" : `last good ${text(good)}` }]),
    ...(onTrial === null ? [] : [{ text: `on trial: generation ${onTrial}`, paint: paint.warn }]),
    ...(probationUntil === null
      ? []
      : [{ text: `on probation, which ends ${agoText(answer, probationUntil)}` }]),
    ...(problem === null ? [] : [{ text: `problem: ${problem}`, paint: paint.bad }]),
    ...warnings.map((each) => ({ text: `warning: ${each}`, paint: paint.warn })),
    ...(answer.supervisor.storageProblem === null
      ? []
      : [{ text: answer.supervisor.storageProblem, paint: paint.bad }]),
  ];
}

function packageLines({ packages }: StatusAnswer, paint: Paint): readonly Line[] {
  const { runs, rollsBackTo, pinned, offered, addons } = packages;
  return [
    {
      text: `${runs.version === "" ? "version unknown" : runs.version} ${runs.executable}${pinned ? " (pinned)" : ""}`,
    },
    ...(rollsBackTo === null
      ? []
      : [{ text: `goes back to ${rollsBackTo.version} ${rollsBackTo.executable}` }]),
    ...offered.map(({ name, version, state, reason }) => ({
      text: `offered ${name} ${version}: ${state}${reason === null ? "" : `: ${reason}`}`.replace(
        "  ",
        " ",
      ),
      ...(state === "failed" ? { paint: paint.bad } : {}),
    })),
    ...addons.map(({ name, version }) => ({ text: `add-on ${name} ${version}` })),
  ];
}

/** From so few days on a certificate is shown in colour. */
const soonDays = 14;

function certificateLines({ certificates }: StatusAnswer, paint: Paint): readonly Line[] {
  return certificates.map(({ use, file, daysLeft, subject }) => {
    const left = daysLeft < 0 ? `expired ${-daysLeft} days ago` : `${daysLeft} days left`;
    const colour = daysLeft < 0 ? paint.bad : daysLeft < soonDays ? paint.warn : undefined;
    const about = [file, subject].filter((each) => each !== null).join(", ");
    const text = `${left}: ${use}${about === "" ? "" : ` (${about})`}`;
    return { text, ...(colour === undefined ? {} : { paint: colour }) };
  });
}

function pathLines({ paths, supervisor }: StatusAnswer): readonly Line[] {
  return [
    {
      text: `supervisor ${supervisor.version}, pid ${supervisor.pid}, up ${spanText(supervisor.uptimeSeconds)}`,
    },
    { text: `settings   ${paths.settings}` },
    { text: `storage    ${paths.storage}` },
    { text: `runs with  ${paths.effectiveConfig}` },
    { text: `agent log  ${paths.agentLog ?? "no file of ours"}` },
    { text: `own log    ${paths.supervisorLogs.join(", ")}` },
  ];
}
