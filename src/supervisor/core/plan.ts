import { agentStep, lookStep, agentDeadlines, readingDeadlines } from "./agent/agent-steps.ts";
import { commandLineDeadlines, commandLineStep } from "./agent/command-line.ts";
import { certificateStep, certificateDueAt } from "./connections/certificate-renewal.ts";
import { extensionStep } from "./agent/extension.ts";
import { layersDueAt, layersStep } from "./agent/layers-told.ts";
import { lossDeadlines } from "./agent/extension-loss.ts";
import { heldSettingsDueAt, heldSettingsStep } from "./connections/settings-pace.ts";
import { heldIdDueAt, heldIdStep } from "./identity.ts";
import { offerStep, offerDeadlines } from "./connections/server-switch.ts";
import { nextLookAt } from "./agent/log-size.ts";
import { packageDeadlines, packageStep } from "./packages/package-steps.ts";
import type { CoreSettings } from "./state/core-settings.ts";
import type { Instant } from "./state/time.ts";
import type { State } from "./state/state.ts";
import type { Step } from "./state/step.ts";
import {
  configStep,
  configDeadlines,
  probationDeadlines,
  trialDeadlines,
} from "./config/config-steps.ts";

/** The one next step, if any, and the moment to look again. */
export interface Plan {
  readonly step: Step | undefined;
  readonly wakeAt: Instant;
}

/** Compares what is wanted with what is. The same state and time give the same plan. */
export function plan(state: State, now: Instant, core: CoreSettings): Plan {
  const step =
    commandLineStep(state) ??
    agentStep(state, now, core) ??
    lookStep(state, now) ??
    configStep(state, now, core) ??
    extensionStep(state) ??
    layersStep(state, now, core) ??
    heldIdStep(state, now) ??
    heldSettingsStep(state, now) ??
    offerStep(state) ??
    certificateStep(state, now, core.certificate) ??
    packageStep(state, now);
  return { step, wakeAt: step === undefined ? wakeAt(state, now, core) : now };
}

/**
 * The earliest moment at which time alone changes the plan or the judgement. Moments up to `now` have been judged
 * with the event that brought us here.
 */
function wakeAt(state: State, now: Instant, core: CoreSettings): Instant {
  const moments = [
    ...configDeadlines(state),
    state.agent.unseenUntil,
    ...(state.desired.run === "down" && core.kind.outlivesUs ? [] : agentDeadlines(state, core)),
    ...readingDeadlines(state),
    nextLookAt(state) ?? Infinity,
    ...trialDeadlines(state, core),
    ...(state.desired.restartDueAt === undefined ? [] : [state.desired.restartDueAt]),
    ...probationDeadlines(state),
    ...lossDeadlines(state, core),
    ...offerDeadlines(state, core),
    layersDueAt(state),
    heldIdDueAt(state),
    heldSettingsDueAt(state),
    certificateDueAt(state, core.certificate),
    ...packageDeadlines(state),
    ...commandLineDeadlines(state),
  ];
  return Math.min(...moments.filter((moment) => moment > now), Infinity);
}
