import type { ServerToAgent, CustomMessage } from "../../../opamp-client/wire/messages.ts";
import type { LayersQuestion } from "../../../agent-config/told/told-layers.ts";
import type { RestartedReceiver } from "./agent.ts";
import type { ServerSettingsInForce, SettingsOffer } from "./offers.ts";
import type { OfferedPackage, PackagesOffer } from "./packages.ts";
import type { Generation } from "./generation.ts";
import type { ProbeTarget, RemoteConfig } from "../../../agent-config/config.ts";
import type { Run } from "./time.ts";

/** Everything the program can do, in the imperative. Each is answered by an event. */
export type Step =
  | { readonly do: "identify-agent" }
  /** An offer that has waited is taken up; there is nothing to do outside. */
  | { readonly do: "read-offer"; readonly remote: RemoteConfig }
  /** Offered connection settings that have waited are taken up; there is nothing to do outside. */
  | { readonly do: "read-connections"; readonly offer: SettingsOffer }
  /** An instance id that has waited is taken; there is nothing to do outside. */
  | { readonly do: "take-id"; readonly uid: string }
  /** Ends any earlier look at a configuration: the binary is asked about one at a time. */
  | { readonly do: "validate-config"; readonly generation: Generation }
  /** Writes the generation if it is new and makes `effective.yaml` hold it. */
  | { readonly do: "write-config"; readonly generation: Generation }
  /** Where somebody else starts the agent: looks out for its process. `inPart`: it may restart receivers alone. */
  | {
      readonly do: "start-agent";
      readonly run: Run;
      readonly generation: Generation;
      readonly inPart?: true;
    }
  /**
   * A fleet is told to roll the generation out. Any other agent gets SIGHUP: the process stays and takes up what `effective.yaml` holds. `part`: what it is to restart, and nothing else;
   * `whole`: an agent that may restart receivers alone is kept from doing so.
   */
  | {
      readonly do: "reload-agent";
      readonly run: Run;
      readonly generation: Generation;
      readonly part?: readonly RestartedReceiver[];
      readonly whole?: true;
      /** Of a fleet only: every pod is to be replaced, whether it runs this generation or not. */
      readonly restart?: true;
    }
  | { readonly do: "signal-agent"; readonly run: Run; readonly signal: "SIGTERM" | "SIGKILL" }
  /** `pid`: the agent's process, to tell its answer from that of others. */
  | {
      readonly do: "probe-agent";
      readonly run: Run;
      readonly target: ProbeTarget;
      readonly pid?: number | undefined;
    }
  | {
      readonly do: "read-metrics";
      readonly run: Run;
      readonly url: string;
      readonly pid?: number | undefined;
    }
  /** A log that is too large is set aside. */
  | { readonly do: "look-at-log" }
  /** To the agent's own OpAMP extension. */
  | { readonly do: "answer-extension"; readonly run: Run; readonly answer: ServerToAgent }
  /** A custom message of the extension; its end is told by `message-settled`. */
  | { readonly do: "send-to-server"; readonly message: CustomMessage }
  /** Works out which layer set each value; a text: why that is not known. */
  | { readonly do: "tell-layers"; readonly question: LayersQuestion | string }
  /** Connects with these settings beside the connection in use, until the server has answered. */
  | { readonly do: "prove-server"; readonly settings: ServerSettingsInForce }
  /** Gives up the connection beside the one in use. */
  | { readonly do: "stop-proving" }
  /** From here on the connection with these settings is the one in use; undefined: those of supervisor.yaml. */
  | { readonly do: "use-server"; readonly settings: ServerSettingsInForce | undefined }
  /** An offer of packages that has waited is taken up; there is nothing to do outside. */
  | { readonly do: "read-packages"; readonly offer: PackagesOffer }
  /** The settings that were read again do not work for the agent: those before them are in use again. */
  | { readonly do: "restore-command-line"; readonly why: string }
  /** Fetches, proves and unpacks it; what was fetched already is not fetched again. One at a time. */
  | { readonly do: "fetch-package"; readonly offered: OfferedPackage }
  | { readonly do: "stop-fetching" }
  /**
   * Removes versions that nobody needs any more; those in these directories stay, and so do half-fetched files with these
   * content hashes.
   */
  | {
      readonly do: "sweep-packages";
      readonly keep: readonly string[];
      readonly wanted: readonly string[];
    }
  | { readonly do: "make-certificate-request"; readonly commonName: string }
  | { readonly do: "send-certificate-request"; readonly csr: string };
