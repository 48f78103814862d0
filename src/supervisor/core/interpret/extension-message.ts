import type { AgentToServer } from "../../../opamp-client/wire/messages.ts";
import type { Fact } from "../state/event.ts";
import type { Run } from "../state/time.ts";

/**
 * What a message of the agent's extension means for us. Its effective configuration is left out: it is the one that
 * we gave it with secrets in it. A goodbye is followed by the end of the connection.
 */
export function interpretExtension(
  run: Run,
  message: AgentToServer,
  overtaken: number,
): readonly Fact[] {
  const { sequenceNum, agentDescription, health, availableComponents } = message;
  const { customCapabilities, customMessage } = message;
  return [
    {
      on: "extension-reported",
      run,
      said: {
        sequenceNum,
        overtaken,
        description: agentDescription,
        health,
        components: availableComponents,
        capabilities: customCapabilities && (customCapabilities.capabilities ?? []),
        message: customMessage,
      },
    },
  ];
}
