// The page shows what GET /api/agents says and asks again whenever /api/events tells of a change.
// Texts of agents go into the document as text nodes only.

import { connectionsCard } from "./connections.js";
import { packagesCard } from "./packages.js";

const example = `receivers:
  hostmetrics:
    collection_interval: 10s
    scrapers:
      cpu:
      memory:
exporters:
  debug:
    verbosity: detailed
service:
  pipelines:
    metrics:
      receivers: [hostmetrics]
      exporters: [debug]
`;

const $ = (id) => document.getElementById(id);

/** An element with properties and children; strings become text nodes. */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

const shown = new Map();

/** Draws a part of the page anew only when what it shows has changed, so that scrolling and selections stay. */
function show(id, value, draw) {
  const text = JSON.stringify(value);
  if (shown.get(id) === text) return;
  shown.set(id, text);
  $(id).replaceChildren(...draw(value));
}

// ---- words -------------------------------------------------------------------------------------------------

const statusWords = {
  unset: ["None received yet", "still"],
  applied: ["Applied", "good"],
  applying: ["Applying", "busy"],
  failed: ["Failed", "bad"],
  waiting: ["Sent, waiting for the agent", "busy"],
};

function pill(text, tone) {
  return element("span", { className: `pill ${tone}` }, text);
}

function upPill(agent) {
  const tone = { true: "good", false: "bad", unknown: "still" }[agent.up];
  return pill(`Up: ${agent.up}`, tone);
}

function linkPill(agent) {
  return agent.connected ? pill("Connected", "plain") : pill("Disconnected", "still");
}

function statusPill(word) {
  return pill(...(statusWords[word] ?? [word, "still"]));
}

function ago(at) {
  const seconds = Math.max(0, Math.round((Date.now() - at) / 1000));
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return new Date(at).toLocaleDateString();
}

function moment(at) {
  const properties = { dateTime: new Date(at).toISOString(), title: new Date(at).toLocaleString() };
  return element("time", properties, ago(at));
}

function failureText(text) {
  return text === "" ? undefined : element("pre", { className: "failure" }, text);
}

function muted(text) {
  return element("p", { className: "muted" }, text);
}

// ---- the list ----------------------------------------------------------------------------------------------

function drawList(agents) {
  const titles = ["Agent", "Health", "Status", "Remote config", "Instance id", "Last seen"];
  const head = element("tr", {}, ...titles.map((title) => element("th", { scope: "col" }, title)));
  const rows = agents.map(drawRow);
  return [
    element(
      "table",
      { className: "agents card" },
      element("thead", {}, head),
      element("tbody", {}, ...rows),
    ),
  ];
}

function drawRow(agent) {
  const link = element("a", { href: `#/agents/${agent.uid}` }, agent.name);
  const version = element("span", { className: "muted" }, ` ${agent.version}`);
  const status = agent.connected ? agent.status || "–" : "Disconnected";
  const config = agent.remoteConfigStatus;
  const cells = [
    ["Agent", link, version],
    ["Health", upPill(agent)],
    ["Status", status],
    ["Remote config", config === undefined ? "–" : statusPill(config.status)],
    ["Instance id", element("code", {}, agent.uid)],
    ["Last seen", moment(agent.lastSeenAt)],
  ];
  const row = element("tr", { className: agent.connected ? "" : "gone" });
  for (const [title, ...content] of cells) {
    const cell = element("td", {}, element("div", {}, ...content));
    cell.dataset.title = title;
    row.append(cell);
  }
  return row;
}

function drawEmpty(opampUrl) {
  const lines = ["server:", `  endpoint: ${opampUrl}`];
  if (opampUrl.startsWith("wss:")) lines.push("  tls:", "    insecure_skip_verify: true");
  lines.push("capabilities:", "  accepts_remote_config: true");
  lines.push("agent:", "  executable: ${OTELCOL_COLLECTOR_BINARY}");
  $("empty-settings").textContent = lines.join("\n");
  $("empty-command").textContent = "opampsupervisor --config=./supervisor.yaml";
}

// ---- one agent ---------------------------------------------------------------------------------------------

function drawSummary(agent) {
  const way = { websocket: "WebSocket", http: "plain HTTP" }[agent.transport];
  const facts = [
    element("code", {}, agent.uid),
    agent.connected ? `over ${way}` : `disconnected: ${agent.disconnectedWhy}`,
    element("span", {}, "last seen ", moment(agent.lastSeenAt)),
  ];
  const title = element(
    "h1",
    {},
    agent.name,
    " ",
    element("span", { className: "version" }, agent.version),
  );
  return [
    element("div", { className: "title" }, title, upPill(agent), linkPill(agent)),
    element("p", { className: "facts muted" }, ...facts.map((fact) => element("span", {}, fact))),
  ];
}

function drawHealth(agent) {
  if (agent.health === undefined) return [muted("The agent has not reported its health.")];
  const said = agent.connected ? [] : [muted("This is what it said before it disconnected.")];
  const tree = element("ul", { className: "tree" }, drawHealthNode("", agent.health));
  return [...said, tree];
}

function drawHealthNode(name, health) {
  const label = element("div", { className: "node" });
  if (name !== "") label.append(element("code", {}, name));
  label.append(pill(`Up: ${health.healthy}`, health.healthy ? "good" : "bad"));
  if (health.status !== "") label.append(health.status);
  if (health.startedAt !== undefined) {
    label.append(element("span", { className: "muted" }, "up since ", moment(health.startedAt)));
  }
  const parts = health.components.map((part) => drawHealthNode(part.name, part.health));
  const below = parts.length === 0 ? undefined : element("ul", {}, ...parts);
  return element("li", {}, label, failureText(health.lastError), below);
}

function drawConfigStatus(status) {
  if (status === null) return [muted("The agent has not reported a status.")];
  const line = element("div", { className: "node" }, statusPill(status.status));
  if (status.hash !== "") {
    line.append(element("code", { title: status.hash }, `hash ${status.hash.slice(0, 12)}…`));
  }
  const message = status.status === "failed" ? failureText(status.errorMessage) : undefined;
  const note =
    message === undefined && status.errorMessage !== "" ? muted(status.errorMessage) : undefined;
  return [line, message, note].filter((part) => part !== undefined);
}

function drawOfferState({ offer, connected, accepts }) {
  if (offer === undefined) return [];
  if (offer.state === "waiting" && !accepts) {
    return [muted("This agent does not accept remote configuration.")];
  }
  const unsent = offer.state === "waiting" && !connected;
  const word = unsent
    ? pill("Saved, sent when the agent is back", "still")
    : statusPill(offer.state);
  const line = element(
    "p",
    { className: "node" },
    word,
    element("span", { className: "muted" }, "saved ", moment(offer.at)),
  );
  const said = offer.state === "failed" ? failureText(offer.errorMessage) : undefined;
  const note =
    said === undefined && offer.errorMessage !== "" ? muted(offer.errorMessage) : undefined;
  return [line, said, note].filter((part) => part !== undefined);
}

function drawEffective(files) {
  if (files.length === 0) return [muted("The agent has not reported what it runs.")];
  return files.flatMap((file) => {
    const name =
      file.name === ""
        ? undefined
        : element("p", { className: "file" }, element("code", {}, file.name));
    const body = element(
      "pre",
      { className: "config", tabIndex: 0 },
      file.text === "" ? "(empty)" : file.text,
    );
    return name === undefined ? [body] : [name, body];
  });
}

function drawAttributes({ identifying, other }) {
  const rows = (title, pairs) =>
    pairs.length === 0
      ? []
      : [
          element("h3", {}, title),
          element(
            "dl",
            {},
            ...pairs.flatMap(({ key, value }) => [
              element("dt", {}, key),
              element("dd", {}, value),
            ]),
          ),
        ];
  const drawn = [...rows("Identifying", identifying), ...rows("Other", other)];
  return drawn.length === 0 ? [muted("The agent has not described itself.")] : drawn;
}

function drawAbilities({ capabilities, components }) {
  const words = capabilities.map((name) => element("li", {}, name));
  const list = element("ul", { className: "words" }, ...words);
  const kinds = components.map(({ kind, types }) =>
    element(
      "details",
      {},
      element(
        "summary",
        {},
        `${kind} `,
        element("span", { className: "count" }, String(types.length)),
      ),
      element("ul", { className: "words" }, ...types.map((type) => element("li", {}, type))),
    ),
  );
  return [words.length === 0 ? muted("None reported.") : list, ...kinds];
}

function drawHistory(history) {
  const rows = [...history]
    .reverse()
    .map(({ at, kind, text }) =>
      element(
        "li",
        { className: kind },
        element(
          "time",
          { dateTime: new Date(at).toISOString() },
          new Date(at).toLocaleTimeString(),
        ),
        element("span", {}, text),
      ),
    );
  return [element("ol", { className: "history" }, ...rows)];
}

// ---- the configuration form --------------------------------------------------------------------------------

const form = { uid: undefined, hash: undefined, touched: false };

/** Fills the form with what was offered last, but never over something that somebody is writing. */
function fillForm(agent) {
  const hash = agent.offer?.hash ?? "";
  if (form.uid === agent.uid && (form.hash === hash || form.touched)) return;
  Object.assign(form, { uid: agent.uid, hash, touched: false });
  const files = agent.offer?.files ?? [];
  drawForm(files.length === 0 ? [{ name: "", text: "" }] : files);
  $("save-result").replaceChildren();
  $("restart-result").replaceChildren();
}

function drawForm(files) {
  const areas = files.map(({ name, text }) => {
    const area = element("textarea", {
      value: text,
      placeholder: example,
      spellcheck: false,
      rows: 14,
    });
    area.dataset.name = name;
    area.setAttribute(
      "aria-label",
      name === "" ? "Additional configuration" : `Additional configuration ${name}`,
    );
    const title =
      name === "" ? undefined : element("span", { className: "file" }, element("code", {}, name));
    return element("label", {}, title, area);
  });
  $("config-files").replaceChildren(...areas);
}

function writtenFiles() {
  const areas = [...$("config-files").querySelectorAll("textarea")];
  return Object.fromEntries(areas.map((area) => [area.dataset.name, area.value]));
}

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  const text = answer.why ?? answer.error ?? "";
  return { ok: response.ok, is: answer.is, text, value: answer };
}

async function save(event) {
  event.preventDefault();
  const { uid } = form;
  const result = await post(`/api/agents/${uid}/config`, { files: writtenFiles() }).catch(
    unreachable,
  );
  if (uid !== form.uid) return;
  if (result.ok) form.touched = false;
  const tone = result.ok ? "muted" : "failure";
  const text = result.is === "pushed" ? "" : result.text;
  $("save-result").replaceChildren(
    ...(text === "" ? [] : [element("p", { className: tone }, text)]),
  );
  await refresh();
}

async function restartAgent() {
  $("restart-result").textContent = "…";
  const result = await post(`/api/agents/${form.uid}/restart`, {}).catch(unreachable);
  $("restart-result").textContent = result.is === "pushed" ? "Restart ordered" : result.text;
}

function unreachable() {
  return { ok: false, is: "refused", text: "The dev server does not answer." };
}

const lent = {
  $,
  element,
  show,
  pill,
  statusPill,
  moment,
  failureText,
  muted,
  post,
  unreachable,
  refresh: () => refresh(),
};
const showConnections = connectionsCard(lent);
const showPackages = packagesCard(lent);

// ---- keeping up --------------------------------------------------------------------------------------------

async function refreshList() {
  const response = await fetch("/api/agents");
  const { opampUrl, agents } = await response.json();
  $("endpoint").textContent = opampUrl;
  const connected = agents.filter((agent) => agent.connected).length;
  $("count").textContent = agents.length === 0 ? "" : `${connected} of ${agents.length} connected`;
  $("empty").hidden = agents.length > 0;
  $("list").hidden = agents.length === 0;
  drawEmpty(opampUrl);
  show("list", agents, drawList);
}

async function refreshAgent(uid) {
  const response = await fetch(`/api/agents/${uid}`);
  const [agent, { shelf }] = await Promise.all([
    response.json(),
    fetch("/api/packages").then((answer) => answer.json()),
  ]);
  $("missing").hidden = response.ok;
  $("agent").hidden = !response.ok;
  if (!response.ok) return;
  const accepts = agent.capabilities.includes("AcceptsRemoteConfig");
  document.title = `${agent.name} · OpAMP dev server`;
  fillForm(agent);
  show("summary", { ...agent, history: 0, effectiveConfig: 0 }, drawSummary);
  show("health", { health: agent.health, connected: agent.connected }, drawHealth);
  show("config-status", agent.remoteConfigStatus ?? null, drawConfigStatus);
  show("offer-state", { offer: agent.offer, connected: agent.connected, accepts }, drawOfferState);
  showConnections(agent);
  showPackages(agent, shelf);
  show("effective", agent.effectiveConfig, drawEffective);
  show(
    "attributes",
    { identifying: agent.identifyingAttributes, other: agent.otherAttributes },
    drawAttributes,
  );
  show(
    "abilities",
    { capabilities: agent.capabilities, components: agent.components },
    drawAbilities,
  );
  show("history", agent.history, drawHistory);
  $("restart").disabled = !agent.connected || !agent.capabilities.includes("AcceptsRestartCommand");
  $("restart").title = $("restart").disabled
    ? "The agent is away or does not accept a restart command"
    : "";
}

const keeping = { busy: false, again: false };

/** One request at a time; changes that come meanwhile lead to one more. */
async function refresh() {
  keeping.again = true;
  if (keeping.busy) return;
  keeping.busy = true;
  while (keeping.again) {
    keeping.again = false;
    await draw().catch(failed);
  }
  keeping.busy = false;
}

/** A request that failed means that the server is away; anything else is a fault of this page. */
function failed(error) {
  setLive(false);
  console.error(error);
}

async function draw() {
  const uid = /^#\/agents\/([0-9a-f-]{36})$/.exec(location.hash)?.[1];
  $("list-page").hidden = uid !== undefined;
  $("agent-page").hidden = uid === undefined;
  if (uid !== undefined) await refreshAgent(uid);
  else document.title = "Agents · OpAMP dev server";
  if (uid === undefined || $("endpoint").textContent === "") await refreshList();
}

function setLive(live) {
  $("live").textContent = live ? "Live" : "The dev server does not answer";
  $("live").classList.toggle("lost", !live);
}

$("config-form").addEventListener("submit", (event) => void save(event));
$("config-form").addEventListener("input", () => (form.touched = true));
$("insert-example").addEventListener("click", () => {
  const area = $("config-files").querySelector("textarea");
  area.value = example;
  form.touched = true;
  area.focus();
});
$("restart").addEventListener("click", () => void restartAgent());
addEventListener("hashchange", () => {
  scrollTo(0, 0);
  void refresh();
});
setInterval(() => {
  for (const time of document.querySelectorAll("time[title]"))
    time.textContent = ago(Date.parse(time.dateTime));
}, 2000);

const events = new EventSource("/api/events");
events.addEventListener("change", () => {
  setLive(true);
  void refresh();
});
events.addEventListener("error", () => setLive(false));
void refresh();
