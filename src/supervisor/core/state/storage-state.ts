import type { RemoteConfig } from "../../../agent-config/config.ts";
import type { SettingsOffer } from "./offers.ts";

/** What is known of the storage directory; in memory only. */
export interface StorageState {
  /** Why what must outlive us cannot be written; undefined when it can. */
  readonly problem: string | undefined;
  /** The offer that was refused for it, to be taken up when there is room again. */
  readonly refused: RemoteConfig | undefined;
  /** The same of connection settings. */
  readonly refusedSettings: SettingsOffer | undefined;
}

/** A storage directory that has done all that was asked of it. */
export const soundStorage: StorageState = {
  problem: undefined,
  refused: undefined,
  refusedSettings: undefined,
};
