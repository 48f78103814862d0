import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { AboutTab } from "./about-tab.tsx";
import { ConfigurationTab } from "./configuration-tab.tsx";
import { ConnectionsTab } from "./connections-tab.tsx";
import { GuestCard } from "./guest-card.tsx";
import { LogsTab } from "./logs-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { PackagesTab } from "./packages-tab.tsx";
import { TimelineTab } from "./timeline-tab.tsx";
import { Ago, Pill } from "../../parts/small-parts.tsx";
import { useConsole } from "../../state/console-store.ts";
import { useAnswer } from "../../state/use-answer.ts";
import type { AgentPage } from "../../../shapes/api-shapes.ts";
import { conditions, configStates } from "../../words/condition-words.ts";
import { agentHref, agentTabs, type AgentTab } from "../../words/page-route.ts";

const titles: Readonly<Record<AgentTab, string>> = {
  overview: "Overview",
  configuration: "Configuration",
  timeline: "Timeline",
  logs: "Logs",
  packages: "Packages",
  connections: "Connections",
  about: "About",
};

/** All about one agent. */
export function AgentPageView({ uid, tab }: { uid: string; tab: AgentTab }): VNode {
  const app = useConsole();
  // Its row is another one after each change of it, and the list of offered packages may change by itself.
  const row = app.rows.value.get(uid);
  const { value: agent, missing } = useAnswer<AgentPage>(`/api/agents/${uid}`, row);
  const title =
    agent === undefined ? "" : `${agent.hostName === "" ? agent.name : agent.hostName} · `;
  useEffect(() => {
    document.title = `${title}OpAMP console`;
    return () => {
      document.title = "OpAMP console";
    };
  }, [title]);
  if (agent === undefined) {
    return (
      <p class="muted loading" role="status">
        {missing ? "No such agent is known here. " : "Reading the agent … "}
        {missing && <a href="#/">To all agents</a>}
      </p>
    );
  }
  return (
    <>
      <AgentHead agent={agent} />
      {agent.guest !== undefined && <GuestCard key={uid} agent={agent} guest={agent.guest} />}
      <nav class="tabs" aria-label="About this agent">
        {agentTabs.map((each) => (
          <a
            key={each}
            href={agentHref(uid, each)}
            aria-current={each === tab ? "page" : undefined}
          >
            {titles[each]}
          </a>
        ))}
      </nav>
      <TabOf key={uid} agent={agent} tab={tab} />
    </>
  );
}

function TabOf({ agent, tab }: { agent: AgentPage; tab: AgentTab }): VNode {
  switch (tab) {
    case "overview":
      return <OverviewTab agent={agent} />;
    case "configuration":
      return <ConfigurationTab agent={agent} />;
    case "timeline":
      return <TimelineTab agent={agent} />;
    case "logs":
      return <LogsTab agent={agent} />;
    case "packages":
      return <PackagesTab agent={agent} />;
    case "connections":
      return <ConnectionsTab agent={agent} />;
    case "about":
      return <AboutTab agent={agent} />;
  }
}

function AgentHead({ agent }: { agent: AgentPage }): VNode {
  const { hostName, name, version, condition, configState, tooMuch } = agent;
  return (
    <header class="agent-head">
      <p class="crumbs">
        <a href="#/">Agents</a>
      </p>
      <div class="agent-title">
        <h1>{hostName === "" ? name : hostName}</h1>
        <Pill said={conditions[condition]} />
        <span class="config-word">
          Configuration: <Pill said={configStates[configState]} quiet />
        </span>
      </div>
      <p class="facts">
        <span>
          {name} {version}
        </span>
        <span>{`Up: ${agent.up}`}</span>
        <span>{linkText(agent)}</span>
        <span>
          last seen <Ago at={agent.lastSeenAt} />
        </span>
        <code>{agent.uid}</code>
      </p>
      {tooMuch !== undefined && (
        <p class="notice warn" role="status">
          {tooMuch.text} The agent itself is as it was.
        </p>
      )}
    </header>
  );
}

function linkText({ connected, transport, disconnectedWhy }: AgentPage): string {
  if (!connected) return `disconnected: ${disconnectedWhy ?? "nobody knows why"}`;
  return transport === "http" ? "over plain HTTP" : "over WebSocket";
}
