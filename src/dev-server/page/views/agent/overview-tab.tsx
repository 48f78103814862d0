import type { VNode } from "preact";
import { ActionsCard } from "./actions-card.tsx";
import { HealthTree } from "./health-tree.tsx";
import { OfferCard } from "./offer-card.tsx";
import { Timeline } from "./timeline-tab.tsx";
import { Pairs } from "../../parts/pairs-list.tsx";
import { Card, Nothing } from "../../parts/small-parts.tsx";
import type { AgentPage } from "../../../shapes/api-shapes.ts";
import { errorsIn } from "../../words/each-once.ts";
import { agentHref } from "../../words/page-route.ts";

const lastSteps = 6;

/** How the agent is just now, and what can be done about it. */
export function OverviewTab({ agent }: { agent: AgentPage }): VNode {
  const [offer] = agent.offers;
  const isCut = (part: string): boolean => agent.tooMuch?.parts.includes(part) === true;
  const { identifyingAttributes: identifying, otherAttributes: other } = agent;
  return (
    <div class="columns">
      <div class="column">
        <Card title="Health">
          {agent.health === undefined ? (
            <Nothing>
              {isCut("health")
                ? "Its health was too much to keep."
                : "The agent has not reported its health."}
            </Nothing>
          ) : (
            <>
              {!agent.connected && <p class="muted">This is what it said before it went away.</p>}
              <HealthTree health={agent.health} />
            </>
          )}
        </Card>
        {offer === undefined ? (
          <Card title="Latest configuration">
            <Nothing>
              Nothing was offered to this agent.{" "}
              <a href={agentHref(agent.uid, "configuration")}>Send it a configuration</a>
            </Nothing>
          </Card>
        ) : (
          <OfferCard
            agent={agent}
            offer={offer}
            title="Latest configuration"
            said={errorsIn(agent.health)}
          />
        )}
        <Card title="Lately" aside={<a href={agentHref(agent.uid, "timeline")}>All</a>}>
          <Timeline
            entries={agent.history.slice(-lastSteps)}
            brief
            said={[...errorsIn(agent.health), ...(offer === undefined ? [] : [offer.errorMessage])]}
          />
        </Card>
      </div>
      <div class="column side">
        <ActionsCard agent={agent} />
        <Card title="Description">
          {identifying.length + other.length === 0 ? (
            <Nothing>
              {isCut("description")
                ? "Its description was too much to keep."
                : "The agent has not described itself."}
            </Nothing>
          ) : (
            <Pairs pairs={[...identifying, ...other]} />
          )}
        </Card>
      </div>
    </div>
  );
}
