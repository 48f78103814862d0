/** The views of one agent. */
export const agentTabs = [
  "overview",
  "configuration",
  "timeline",
  "logs",
  "packages",
  "connections",
  "about",
] as const;

/** One of them. */
export type AgentTab = (typeof agentTabs)[number];

/** Where on the page somebody is. */
export type Route =
  | { readonly at: "fleet"; readonly query: string }
  | { readonly at: "agent"; readonly uid: string; readonly tab: AgentTab }
  | { readonly at: "send"; readonly configuration: string | undefined }
  | { readonly at: "rollouts" }
  | { readonly at: "rollout"; readonly id: string }
  | { readonly at: "configurations" }
  | { readonly at: "configuration"; readonly name: string }
  | { readonly at: "groups" }
  | { readonly at: "pictures" }
  | { readonly at: "nowhere" };

/** Reads the part of the address behind `#`. */
export function routeOf(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#/, "").split("?", 2);
  const parts = path.split("/").filter((part) => part !== "");
  const [first, second, third, ...more] = parts.map(decoded);
  const asked = new URLSearchParams(search);
  if (more.length > 0) return { at: "nowhere" };
  if (first === undefined) return { at: "fleet", query: asked.get("query") ?? "" };
  if (first === "agents" && second !== undefined) {
    const tab = agentTabs.find((each) => each === (third ?? "overview"));
    return tab === undefined ? { at: "nowhere" } : { at: "agent", uid: second, tab };
  }
  if (third !== undefined) return { at: "nowhere" };
  return second === undefined ? viewOf(first, asked) : itemOf(first, second);
}

function viewOf(name: string, asked: URLSearchParams): Route {
  switch (name) {
    case "agents":
      return { at: "fleet", query: asked.get("query") ?? "" };
    case "send":
      return { at: "send", configuration: asked.get("configuration") ?? undefined };
    case "rollouts":
    case "configurations":
    case "groups":
    case "pictures":
      return { at: name };
    default:
      return { at: "nowhere" };
  }
}

function itemOf(first: string, second: string): Route {
  if (first === "rollouts") return { at: "rollout", id: second };
  if (first === "configurations") return { at: "configuration", name: second };
  return { at: "nowhere" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Whatever it is, it is the name of nothing.
    return part;
  }
}

/** The address of an agent's page. */
export function agentHref(uid: string, tab: AgentTab = "overview"): string {
  return `#/agents/${encodeURIComponent(uid)}${tab === "overview" ? "" : `/${tab}`}`;
}

/** The address of the table with a query. */
export function fleetHref(query: string): string {
  return query === "" ? "#/" : `#/?query=${encodeURIComponent(query)}`;
}
