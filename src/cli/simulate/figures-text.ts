import type { Figures, Wave } from "../../simulate/figures.ts";
import { harmless, spanText } from "../screen-text.ts";

/** What the simulation has cost this process. */
export interface Cost {
  readonly rssBytes: number;
  /** More than before the first agent. */
  readonly addedBytes: number;
  readonly cpuMs: number;
  readonly elapsedMs: number;
}

/** One line on how it goes. */
export function lineOf(figures: Figures, now: number): string {
  const { wanted, connected, lost, applied, failed, received } = figures;
  const wave = figures.waves.at(-1);
  return [
    `${spanText((now - figures.beganAt) / 1000)}: ${connected} of ${wanted} connected`,
    ...(lost > 0 ? [`${lost} lost`] : []),
    ...(wave === undefined
      ? []
      : [
          `configuration ${shortHash(wave)}: ${wave.offered} offered, ${wave.applied} applied, ${wave.failed} failed`,
        ]),
    ...(figures.waves.length > 1 ? [`${applied} applied and ${failed} failed in all`] : []),
    `${received} messages`,
    ...(figures.errors.size > 0 ? [`errors: ${errorsIn(figures)}`] : []),
  ].join(", ");
}

/** All figures for people. */
export function tableOf(figures: Figures, cost: Cost): string {
  const { wanted, beganAt, allConnectedAt } = figures;
  const rows: readonly (readonly [string, string])[] = [
    ["connected", `${figures.connected} of ${wanted}, at most ${figures.mostConnected} at once`],
    [
      "all connected",
      allConnectedAt === undefined ? "never" : `after ${seconds(allConnectedAt - beganAt)}`,
    ],
    ["connections", `${figures.connections} made, ${figures.lost} lost`],
    ["messages", `${figures.received} received`],
    ["offers", `${figures.offers} seen, ${figures.applied} applied, ${figures.failed} failed`],
    ...figures.waves.slice(-10).map((wave): [string, string] => [shortHash(wave), waveText(wave)]),
    [
      "memory",
      `${megabytes(cost.rssBytes)} MB, ${kilobytes(cost.addedBytes / wanted)} kB for each agent`,
    ],
    ["CPU", `${seconds(cost.cpuMs)} in ${seconds(cost.elapsedMs)}`],
  ];
  const errors = [...figures.errors]
    .toSorted(([, one], [, other]) => other - one)
    .map(([why, times]): [string, string] => ["error", `${times} x ${harmless(why)}`]);
  return [...rows, ...errors].map(([name, text]) => `${name.padEnd(16)}${text}\n`).join("");
}

/** All figures for programs; times in ms, sizes in bytes. */
export function jsonOf(figures: Figures, cost: Cost, reached: boolean | undefined): string {
  const { beganAt, allConnectedAt, waves, errors, ...counts } = figures;
  const value = {
    ...counts,
    allConnectedMs: allConnectedAt === undefined ? null : Math.round(allConnectedAt - beganAt),
    waves: waves.map(({ hash, offered, applied, failed, ...times }) => ({
      hash,
      offered,
      applied,
      failed,
      offersMs: Math.round(times.lastOfferAt - times.firstOfferAt),
      appliedMs: spanOf(times.firstAppliedAt, times.lastAppliedAt),
      offeredToAppliedMs: spanOf(times.firstOfferAt, times.lastAppliedAt),
    })),
    errors: Object.fromEntries(errors),
    rssBytes: cost.rssBytes,
    bytesPerAgent: Math.round(cost.addedBytes / figures.wanted),
    cpuMs: Math.round(cost.cpuMs),
    elapsedMs: Math.round(cost.elapsedMs),
    ...(reached === undefined ? {} : { reached }),
  };
  return `${JSON.stringify(value)}\n`;
}

function waveText({ offered, applied, failed, ...times }: Wave): string {
  const { firstOfferAt, lastOfferAt, firstAppliedAt, lastAppliedAt } = times;
  const counts = `offered to ${offered} in ${seconds(lastOfferAt - firstOfferAt)}, ${applied} applied, ${failed} failed`;
  if (firstAppliedAt === undefined || lastAppliedAt === undefined) return counts;
  const span = seconds(lastAppliedAt - firstAppliedAt);
  return `${counts}; from the first to the last APPLIED ${span}, from the first offer ${seconds(lastAppliedAt - firstOfferAt)}`;
}

function shortHash({ hash }: Wave): string {
  return hash.slice(0, 12);
}

function errorsIn({ errors }: Figures): number {
  return [...errors.values()].reduce((sum, times) => sum + times, 0);
}

function spanOf(from: number | undefined, to: number | undefined): number | null {
  return from === undefined || to === undefined ? null : Math.round(to - from);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1_000);
}
