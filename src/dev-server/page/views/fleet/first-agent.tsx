import type { VNode } from "preact";
import { Copyable } from "../../parts/small-parts.tsx";
import { useConsole } from "../../state/console-store.ts";

/** What somebody sees who has no agent yet: the way to one. */
export function FirstAgent(): VNode {
  const { overview } = useConsole();
  const url = overview.value?.opampUrl ?? "";
  return (
    <section class="first-agent card">
      <h1>No agent has connected yet</h1>
      <p>
        A collector comes here with a supervisor beside it. Copy this into a shell of this machine,
        in a folder of its own:
      </p>
      <Copyable text={commandsFor(url)} label="the commands" />
      <p class="muted">
        The first line fetches a collector and may take a minute. As soon as the supervisor is
        connected, the agent appears here by itself. Any other OpAMP agent can connect to{" "}
        <code>{url}</code> as well.
      </p>
    </section>
  );
}

function commandsFor(url: string): string {
  const tls = url.startsWith("wss:") ? ["  tls: { insecure_skip_verify: true }"] : [];
  return [
    "export OTELCOL_COLLECTOR_BINARY=$(opampsupervisor collector install)",
    "cat > supervisor.yaml <<'END'",
    "server:",
    `  endpoint: ${url}`,
    ...tls,
    "capabilities:",
    "  accepts_remote_config: true",
    "  accepts_restart_command: true",
    "agent:",
    "  executable: ${OTELCOL_COLLECTOR_BINARY}",
    "storage:",
    "  directory: ./storage",
    "END",
    "opampsupervisor --config=./supervisor.yaml",
  ].join("\n");
}
