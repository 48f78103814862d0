import type { VNode } from "preact";
import { AgentPageView } from "./agent/agent-view.tsx";
import { ConfigurationView } from "./library/configuration-view.tsx";
import { ConfigurationsView } from "./library/configurations-view.tsx";
import { FleetView } from "./fleet/fleet-view.tsx";
import { GroupsView } from "./library/groups-view.tsx";
import { PicturesView } from "./pictures-view.tsx";
import { RolloutView } from "./send/rollout-view.tsx";
import { RolloutsView } from "./send/rollouts-view.tsx";
import { SendView } from "./send/send-view.tsx";
import { TokenForm } from "./token-form.tsx";
import { OverloadBanner } from "../parts/overload-banner.tsx";
import { LinkWord, NoticeBar } from "../parts/link-word.tsx";
import { useConsole } from "../state/console-store.ts";
import type { Route } from "../words/page-route.ts";

const sections = [
  ["#/", "Agents", ["fleet", "agent"]],
  ["#/rollouts", "Rollouts", ["rollouts", "rollout", "send"]],
  ["#/configurations", "Configurations", ["configurations", "configuration"]],
  ["#/groups", "Groups", ["groups"]],
  ["#/pictures", "Pictures", ["pictures"]],
] as const satisfies readonly (readonly [string, string, readonly Route["at"][]])[];

/** The whole page: where one can go, whether it is live, and the view that was chosen. */
export function PageApp(): VNode {
  const { route, link } = useConsole();
  const at: Route["at"] = route.value.at;
  return (
    <>
      <a class="skip" href="#content" onClick={toContent}>
        To the content
      </a>
      <header class="top">
        <a class="brand" href="#/">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M12 2.5 20.5 7v10L12 21.5 3.5 17V7Z" />
            <circle cx="12" cy="12" r="3.4" />
          </svg>
          OpAMP console
        </a>
        <nav aria-label="Sections">
          {sections.map(([href, text, views]) => (
            <a
              key={href}
              href={href}
              aria-current={views.some((view) => view === at) ? "page" : undefined}
            >
              {text}
            </a>
          ))}
        </nav>
        <LinkWord />
      </header>
      <OverloadBanner />
      <NoticeBar />
      <main id="content" tabIndex={-1}>
        {link.value === "locked" ? <TokenForm /> : <ViewOf route={route.value} />}
      </main>
    </>
  );
}

/** The address is the page's own: a jump to a place in it must not change it. */
function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function ViewOf({ route }: { route: Route }): VNode {
  switch (route.at) {
    case "fleet":
      return <FleetView query={route.query} />;
    case "agent":
      return <AgentPageView uid={route.uid} tab={route.tab} />;
    case "send":
      return <SendView configuration={route.configuration} />;
    case "rollouts":
      return <RolloutsView />;
    case "rollout":
      return <RolloutView id={route.id} />;
    case "configurations":
      return <ConfigurationsView />;
    case "configuration":
      return <ConfigurationView key={route.name} name={route.name} />;
    case "groups":
      return <GroupsView />;
    case "pictures":
      return <PicturesView />;
    case "nowhere":
      return (
        <div class="loading">
          <h1>There is nothing at this address</h1>
          <p>
            <a href="#/">To all agents</a>
          </p>
        </div>
      );
  }
}
