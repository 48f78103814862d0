import { AgentCapability as Can } from "../../../opamp-client/wire/messages.ts";

/** What the settings ask for, by the names that they have there; what is missing is not wanted. */
export interface Wishes {
  readonly acceptsRemoteConfig?: boolean;
  readonly acceptsRestartCommand?: boolean;
  readonly reportsEffectiveConfig?: boolean;
  readonly reportsHealth?: boolean;
  readonly reportsRemoteConfig?: boolean;
  readonly reportsAvailableComponents?: boolean;
  readonly reportsHeartbeat?: boolean;
  readonly reportsConnectionSettingsStatus?: boolean;
  readonly reportsOwnMetrics?: boolean;
  readonly reportsOwnLogs?: boolean;
  readonly reportsOwnTraces?: boolean;
  readonly acceptsOpampConnectionSettings?: boolean;
  readonly acceptsOtherConnectionSettings?: boolean;
  /** Means that their statuses are reported too. */
  readonly acceptsPackages?: boolean;
}

/** The capability bits that the settings ask for and that this program really has. */
export function capabilityBits(wanted: Wishes): bigint {
  const offers = sum([
    [wanted.reportsOwnMetrics, Can.ReportsOwnMetrics],
    [wanted.reportsOwnLogs, Can.ReportsOwnLogs],
    [wanted.reportsOwnTraces, Can.ReportsOwnTraces],
    [wanted.acceptsOpampConnectionSettings, Can.AcceptsOpampConnectionSettings],
    [wanted.acceptsOtherConnectionSettings, Can.AcceptsOtherConnectionSettings],
  ]);
  // Where no configuration is accepted there is no status of one.
  const tells = offers !== 0n && wanted.reportsConnectionSettingsStatus;
  const others = sum([
    [wanted.acceptsRemoteConfig, Can.AcceptsRemoteConfig],
    [wanted.acceptsRestartCommand, Can.AcceptsRestartCommand],
    [wanted.reportsEffectiveConfig, Can.ReportsEffectiveConfig],
    [wanted.reportsHealth, Can.ReportsHealth],
    [wanted.reportsRemoteConfig, Can.ReportsRemoteConfig],
    [wanted.reportsAvailableComponents, Can.ReportsAvailableComponents],
    [wanted.reportsHeartbeat, Can.ReportsHeartbeat],
    [tells, Can.ReportsConnectionSettingsStatus],
    [wanted.acceptsPackages, Can.AcceptsPackages],
    [wanted.acceptsPackages, Can.ReportsPackageStatuses],
  ]);
  return Can.ReportsStatus | offers | others;
}

function sum(bits: readonly (readonly [boolean | undefined, bigint])[]): bigint {
  return bits.reduce((all, [set, bit]) => (set === true ? all | bit : all), 0n);
}
