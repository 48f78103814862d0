import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { PackageShelf } from "./package-shelf.tsx";
import { Card, Doing, Failure, Nothing, Outcome, Pill } from "../../parts/small-parts.tsx";
import { post } from "../../state/ask-server.ts";
import { useConsole } from "../../state/console-store.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { PackageView } from "../../../fleet/view-packages.ts";
import type { ShelfView } from "../../../page-api/page-packages.ts";
import type { AgentPage } from "../../../shapes/api-shapes.ts";
import { packageStates, type Said } from "../../words/condition-words.ts";
import { sizeOf } from "../../words/times.ts";

/** What an agent has of packages, what is offered to it and how far that is, and the choice of another version. */
export function PackagesTab({ agent }: { agent: AgentPage }): VNode {
  const { changes } = useConsole();
  const read = useAnswer<{ shelf?: ShelfView }>("/api/packages", momentOf(changes.packages));
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const { packages } = agent;
  const want = async (name: string, version: string | null): Promise<void> => {
    const answer = await post<object>(`/api/agents/${agent.uid}/packages`, { name, version });
    const done = version === null ? "Withdrawn." : "Offered.";
    setOutcome({ text: answer.text === "" ? done : answer.text, bad: !answer.ok });
  };
  const { shelf } = read.value ?? {};
  return (
    <div class="columns even">
      <Card title="Packages of this agent">
        {packages.packages.length === 0 && (
          <Nothing>
            {packages.accepts
              ? "Nothing is offered to this agent."
              : "This agent does not accept packages (capabilities.accepts_packages)."}
          </Nothing>
        )}
        <ul class="packages">
          {packages.packages.map((each) => (
            <PackageItem
              key={each.name}
              each={each}
              reachable={packages.accepts && agent.connected}
              withdraw={() => want(each.name, null)}
            />
          ))}
        </ul>
        <Failure text={packages.errorMessage} />
        <Outcome {...outcome} />
      </Card>
      <PackageShelf
        shelf={shelf}
        isRead={read.value !== undefined}
        why={agent.actions.packages.why}
        offer={want}
      />
    </div>
  );
}

function PackageItem(props: {
  each: PackageView;
  reachable: boolean;
  withdraw: () => Promise<void>;
}): VNode {
  const { each, reachable, withdraw } = props;
  const title = each.name === "" ? "Collector" : each.name;
  return (
    <li>
      <div class="node">
        <strong>{title}</strong>
        <Pill said={saidOf(each, reachable)} />
        <span class="muted">{versionsOf(each)}</span>
        {each.offered !== "" && (
          <Doing act={withdraw} label={`Withdraw ${title}`}>
            Withdraw
          </Doing>
        )}
      </div>
      {each.state === "downloading" && <Progress each={each} />}
      {each.state === "failed" ? (
        <Failure text={each.errorMessage} />
      ) : (
        each.errorMessage !== "" && <p class="muted">{each.errorMessage}</p>
      )}
    </li>
  );
}

function saidOf({ state, offered }: PackageView, reachable: boolean): Said {
  if (state === "waiting" && offered === "") return { text: "Not known", tone: "still" };
  if (state === "waiting" && !reachable) {
    return { text: "Saved, sent when the agent takes it", tone: "still" };
  }
  return packageStates[state];
}

function versionsOf({ had, offered }: PackageView): string {
  if (offered === "") return had === "" ? "" : `${had}, not offered`;
  if (had === offered) return had;
  return had === "" ? offered : `${had} → ${offered}`;
}

function Progress({ each }: { each: PackageView }): VNode {
  const { percent, bytesPerSecond } = each;
  const parts = [
    ...(percent === undefined ? [] : [`${Math.floor(percent)} %`]),
    ...(bytesPerSecond === undefined ? [] : [`at ${sizeOf(bytesPerSecond)}/s`]),
  ];
  return (
    <div class="node progress">
      <progress
        max={100}
        aria-label="Download"
        {...(percent === undefined ? {} : { value: percent })}
      />
      <span class="muted">{parts.join(" ")}</span>
    </div>
  );
}
