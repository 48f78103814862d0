import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Card, Outcome } from "../../parts/small-parts.tsx";
import { post } from "../../state/ask-server.ts";
import type { AgentPage } from "../../../shapes/api-shapes.ts";

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

const nothing = {
  name: "",
  endpoint: "",
  headers: "",
  heartbeat: "",
  tls: "",
  ca: "",
  proxy: "",
  certificate: false,
};
type Written = typeof nothing;

/** A form for other connections. What is typed as headers goes to the server and is not kept here. */
export function OfferConnection({ agent }: { agent: AgentPage }): VNode {
  const [kind, setKind] = useState<string>("opamp");
  const [written, setWritten] = useState(nothing);
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const [, , capability, hint] = kinds.find(([key]) => key === kind) ?? kinds[0];
  const isTaken = agent.capabilities.includes(capability);
  const offer = async (): Promise<void> => {
    const answer = await post<object>(
      `/api/agents/${agent.uid}/connections`,
      bodyOf(kind, written),
    );
    if (answer.ok) setWritten({ ...written, headers: "" });
    setOutcome({ text: answer.text === "" ? "Offered." : answer.text, bad: !answer.ok });
  };
  const field = (key: keyof Written) => ({
    value: String(written[key]),
    onInput: (event: { readonly currentTarget: { readonly value: string } }): void => {
      setWritten({ ...written, [key]: event.currentTarget.value });
    },
  });
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
            <input required placeholder="name of the exporter" {...field("name")} />
          </label>
        )}
        <label>
          Endpoint
          <input inputMode="url" spellcheck={false} placeholder={hint} {...field("endpoint")} />
        </label>
        <label>
          Headers, one a line
          <textarea
            rows={2}
            spellcheck={false}
            placeholder="Authorization: Bearer …"
            {...field("headers")}
          />
        </label>
        {kind === "opamp" && (
          <>
            <div class="side-by-side">
              <label>
                Heartbeat, seconds
                <input type="number" min="0" step="1" {...field("heartbeat")} />
              </label>
              <label>
                Oldest TLS version
                <select
                  value={written.tls}
                  onChange={(event) => setWritten({ ...written, tls: event.currentTarget.value })}
                >
                  <option value="">as it is</option>
                  <option>1.2</option>
                  <option>1.3</option>
                </select>
              </label>
            </div>
            <label>
              Authority of the server (PEM)
              <textarea rows={2} spellcheck={false} {...field("ca")} />
            </label>
            <label>
              Proxy
              <input
                spellcheck={false}
                placeholder="http://proxy.example.com:3128"
                {...field("proxy")}
              />
            </label>
            <label class="check">
              <input
                type="checkbox"
                checked={written.certificate}
                onChange={(event) =>
                  setWritten({ ...written, certificate: event.currentTarget.checked })
                }
              />
              With a new client certificate
            </label>
          </>
        )}
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

/** What the form says, for the one kind that is chosen. */
function bodyOf(kind: string, written: Written): object {
  const { name, endpoint, headers, heartbeat, ca, tls, proxy, certificate } = written;
  const connection = { endpoint, headers };
  if (kind === "other_connections") return { [kind]: { [name]: connection } };
  if (kind !== "opamp") return { [kind]: connection };
  return {
    opamp: {
      ...connection,
      ...(heartbeat === "" ? {} : { heartbeat_seconds: Number(heartbeat) }),
      ca,
      min_tls_version: tls,
      proxy,
      new_certificate: certificate,
    },
  };
}
