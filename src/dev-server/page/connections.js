// The card with an agent's connections: its client certificate, what it says of our offer, and the form for another.
// What was typed as headers goes to the server and is not kept here.

/** Kinds of connections: their key in the request, their name, and the capability of an agent that takes them. */
const kinds = [
  ["opamp", "To the OpAMP server", "AcceptsOpampConnectionSettings"],
  ["own_metrics", "Own metrics", "ReportsOwnMetrics"],
  ["own_logs", "Own logs", "ReportsOwnLogs"],
  ["own_traces", "Own traces", "ReportsOwnTraces"],
  ["other_connections", "Another connection", "AcceptsOtherConnectionSettings"],
];

const endpointHints = {
  opamp: "wss://opamp.example.com/v1/opamp (empty: as it is)",
  own_metrics: "https://otlp.example.com/v1/metrics (empty: none)",
  own_logs: "https://otlp.example.com/v1/logs (empty: none)",
  own_traces: "https://otlp.example.com/v1/traces (empty: none)",
  other_connections: "https://backend.example.com",
};

/** Makes the card work; `page` is what the rest of the page lends it. */
export function connectionsCard(page) {
  const { $, show, post, refresh } = page;
  const shown = { uid: undefined };

  const chooseKind = () => {
    const kind = $("connection-kind").value;
    $("connection-server").hidden = kind !== "opamp";
    $("connection-named").hidden = kind !== "other_connections";
    $("connection-name").required = kind === "other_connections";
    $("connection-endpoint").placeholder = endpointHints[kind];
    const [, , capability] = kinds.find(([key]) => key === kind);
    const accepts = shown.capabilities?.includes(capability) === true;
    $("connection-refused").textContent = accepts
      ? ""
      : `This agent does not take this kind (${capability}): what you send is kept until it does.`;
  };

  const ask = async (action, body) => {
    const { uid } = shown;
    const result = await post(`/api/agents/${uid}/${action}`, body).catch(page.unreachable);
    return uid === shown.uid ? result : undefined;
  };

  const offer = async (event) => {
    event.preventDefault();
    const result = await ask("connections", written($));
    if (result === undefined) return;
    const text = result.is === "pushed" ? "" : result.text;
    const note = page.element("p", { className: result.ok ? "muted" : "failure" }, text);
    $("connection-result").replaceChildren(...(text === "" ? [] : [note]));
    if (result.ok) $("connection-form").reset();
    chooseKind();
    await refresh();
  };

  const revoke = async () => {
    const result = await ask("revoke", {});
    if (result === undefined) return;
    $("revoke-result").textContent = result.is === "pushed" ? "Revoked" : result.text;
    await refresh();
  };

  for (const [kind, name] of kinds) {
    $("connection-kind").append(page.element("option", { value: kind }, name));
  }
  $("connection-kind").addEventListener("change", chooseKind);
  $("connection-form").addEventListener("submit", (event) => void offer(event));
  $("revoke").addEventListener("click", () => void revoke());

  return (agent) => {
    if (shown.uid !== agent.uid) {
      $("connection-form").reset();
      $("connection-result").replaceChildren();
      $("revoke-result").replaceChildren();
    }
    Object.assign(shown, { uid: agent.uid, capabilities: agent.capabilities });
    chooseKind();
    const { certificate } = agent.connections;
    $("revoke").disabled = certificate === undefined || certificate.revoked;
    const { connections, connected } = agent;
    show("connections", { connections, connected }, (value) => drawConnections(page, value));
  };
}

/** What the form says, for the one kind that is chosen. */
function written($) {
  const value = (name) => $(`connection-${name}`).value;
  const kind = value("kind");
  const connection = { endpoint: value("endpoint"), headers: value("headers") };
  if (kind === "other_connections") return { [kind]: { [value("name")]: connection } };
  if (kind !== "opamp") return { [kind]: connection };
  const seconds = value("heartbeat");
  const heartbeat = seconds === "" ? {} : { heartbeat_seconds: Number(seconds) };
  return {
    opamp: {
      ...connection,
      ...heartbeat,
      ca: value("ca"),
      min_tls_version: value("tls"),
      proxy: value("proxy"),
      new_certificate: $("connection-certificate").checked,
    },
  };
}

function drawConnections(page, { connections: { certificate, status, offer }, connected }) {
  const { element, muted } = page;
  const said = status !== undefined && status.status !== "unset" ? status : undefined;
  const drawn = [
    ...drawCertificate(page, certificate),
    ...(said === undefined ? [muted("The agent has not said anything of offered settings.")] : []),
    // What it says of our offer stands with the offer.
    ...(said === undefined || said.hash === offer?.hash ? [] : drawStatus(page, said)),
  ];
  if (offer === undefined) return drawn;
  const rows = offer.connections.flatMap(({ name, taken, facts }) => [
    element("dt", {}, name),
    element(
      "dd",
      {},
      ...facts.map((fact) => element("div", {}, fact)),
      ...(taken ? [] : [page.pill("Not taken by this agent", "still")]),
    ),
  ]);
  const word =
    offer.state === "waiting" && !connected
      ? page.pill("Saved, sent when the agent is back", "still")
      : page.statusPill(offer.hash === "" ? "Saved" : offer.state);
  const when = element("span", { className: "muted" }, "saved ", page.moment(offer.at));
  return [
    ...drawn,
    element("h3", {}, "Offered"),
    element("p", { className: "node" }, word, when),
    ...explained(page, offer.state, offer.errorMessage),
    element("dl", {}, ...rows),
  ];
}

function drawStatus(page, status) {
  const hash = page.element("code", { title: status.hash }, `hash ${status.hash.slice(0, 12)}…`);
  const line = page.element("p", { className: "node" }, page.statusPill(status.status), hash);
  return [line, ...explained(page, status.status, status.errorMessage)];
}

function explained(page, word, message) {
  if (message === "") return [];
  return [word === "failed" ? page.failureText(message) : page.muted(message)];
}

function drawCertificate(page, certificate) {
  const { element, pill } = page;
  if (certificate === undefined) return [page.muted("No client certificate was shown.")];
  const { subject, expiresAt, fingerprint, issuedHere, revoked } = certificate;
  const pills = [
    revoked ? pill("Revoked", "bad") : undefined,
    expiresAt < Date.now() ? pill("Expired", "bad") : undefined,
    issuedHere ? pill("Issued here", "good") : pill("Issued elsewhere", "still"),
  ];
  const rows = [
    ["client certificate", subject],
    ["valid until", new Date(expiresAt).toLocaleString()],
    ["fingerprint", element("code", {}, fingerprint)],
  ];
  return [
    element("p", { className: "node" }, ...pills.filter((each) => each !== undefined)),
    element(
      "dl",
      {},
      ...rows.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]),
    ),
  ];
}
