/** What differs between the settings of the tests. */
export interface SettingsParts {
  /** Keys of `server` beside its endpoint, in flow style. */
  readonly server?: string;
  /** What may be done; without it, a remote configuration is taken and reported. */
  readonly capabilities?: readonly string[];
  /** `false`: none is named. */
  readonly executable?: string | false;
  readonly configFiles?: readonly string[];
  /** Further keys of `agent`, in lines. */
  readonly agent?: string;
  /** Further sections. */
  readonly more?: string;
}

/** The address of a server that is not there. */
export const nobody = "ws://127.0.0.1:1/v1/opamp";

/** What most agents of the tests may do. */
export const remoteConfig: readonly string[] = ["accepts_remote_config", "reports_remote_config"];

/** The text of a supervisor.yaml. */
export function settingsFor(endpoint: string, parts: SettingsParts): string {
  const { server, capabilities = remoteConfig, executable, configFiles = [] } = parts;
  const lines = [
    `server: {${[`endpoint: "${endpoint}"`, server].filter(Boolean).join(", ")}}`,
    capabilities.length > 0 &&
      `capabilities: {${capabilities.map((name) => `${name}: true`).join(", ")}}`,
    "storage: {directory: ./storage}",
    "agent:",
    executable !== undefined && executable !== false && `  executable: ${executable}`,
    configFiles.length > 0 && `  config_files: [${configFiles.join(", ")}]`,
  ];
  const { agent = "", more = "" } = parts;
  return `${lines.filter((line) => line !== false).join("\n")}\n${agent}${more}`;
}
