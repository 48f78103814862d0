import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { ConnectionFields } from "../../parts/connection-fields.tsx";
import { Card, Outcome } from "../../parts/small-parts.tsx";
import { post } from "../../state/ask-server.ts";
import type { AgentPage } from "../../../shapes/api-shapes.ts";
import { blankConnection, connectionBody } from "../../words/connection-body.ts";

/** Kinds of connections: their key in the request, their name, the capability of an agent that takes them, a hint. */
const kinds = [
  [
    "opamp",
    "To the OpAMP server",
    "AcceptsOpampConnectionSettings",
    "wss://opamp.example.com/v1/opamp (empty: as it is)",
  ],
  ["own_metrics", "Own metrics", "ReportsOwnMetrics", "https://otlp.example.com/v1/metrics"],
  ["own_logs", "Own logs", "ReportsOwnLogs", "https://otlp.example.com/v1/logs"],
  ["own_traces", "Own traces", "ReportsOwnTraces", "https://otlp.example.com/v1/traces"],
  [
    "other_connections",
    "Another connection",
    "AcceptsOtherConnectionSettings",
    "https://backend.example.com",
  ],
] as const;

/** A form for other connections. What is typed as headers goes to the server and is not kept here. */
export function OfferConnection({ agent }: { agent: AgentPage }): VNode {
  const [kind, setKind] = useState<string>("opamp");
  const [written, setWritten] = useState(blankConnection);
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const [, , capability, hint] = kinds.find(([key]) => key === kind) ?? kinds[0];
  const isTaken = agent.capabilities.includes(capability);
  const offer = async (): Promise<void> => {
    const answer = await post<object>(
      `/api/agents/${agent.uid}/connections`,
      connectionBody(kind, written),
    );
    if (answer.ok) setWritten({ ...written, headers: "" });
    setOutcome({ text: answer.text === "" ? "Offered." : answer.text, bad: !answer.ok });
  };
  return (
    <Card title="Offer other connections">
      <form
        class="form"
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          void offer();
        }}
      >
        <label>
          Kind
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            {kinds.map(([key, name]) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {!isTaken && (
          <p class="muted">
            This agent does not take this kind ({capability}): what you send is kept until it does.
          </p>
        )}
        {kind === "other_connections" && (
          <label>
            Name
            <input
              required
              placeholder="name of the exporter"
              value={written.name}
              onInput={(event) => setWritten({ ...written, name: event.currentTarget.value })}
            />
          </label>
        )}
        <ConnectionFields
          written={written}
          change={setWritten}
          hint={hint}
          isServer={kind === "opamp"}
        />
        <div class="actions">
          <button
            type="submit"
            class="primary"
            disabled={agent.actions.connections.why !== undefined}
          >
            Offer
          </button>
          <span class="muted">{agent.actions.connections.why ?? ""}</span>
          <Outcome {...outcome} />
        </div>
      </form>
    </Card>
  );
}
