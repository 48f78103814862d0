import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { FilesDiff } from "../../parts/diff-view.tsx";
import { FilesView } from "../../parts/files-view.tsx";
import { Card, Doing, Failure, Outcome, Pill } from "../../parts/small-parts.tsx";
import { post } from "../../state/ask-server.ts";
import type { AgentPage, OfferRecord } from "../../../shapes/api-shapes.ts";
import { offerStates } from "../../words/condition-words.ts";
import { isSaid } from "../../words/each-once.ts";
import { clockOf, dateTimeOf, durationOf } from "../../words/times.ts";

/** One offer of a configuration: what became of it and when, what was new in it, and the way to send it again. */
export function OfferCard(props: {
  agent: AgentPage;
  offer: OfferRecord;
  title: string;
  /** What the same view has said elsewhere. */
  said?: readonly string[];
}): VNode {
  const { agent, offer, title, said = [] } = props;
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const before = ranBefore(agent, offer);
  const sendAgain = async (): Promise<void> => {
    const files = Object.fromEntries(offer.files.map(({ name, text }) => [name, text]));
    const answer = await post<object>(`/api/agents/${agent.uid}/config`, { files });
    setOutcome({ text: answer.ok && answer.text === "" ? "Sent." : answer.text, bad: !answer.ok });
  };
  const why = agent.actions.config.why;
  return (
    <Card title={title} aside={<Pill said={offerStates[offer.state]} />}>
      <p class="facts">
        {offer.configuration !== undefined && (
          <a href={`#/configurations/${encodeURIComponent(offer.configuration.name)}`}>
            {offer.configuration.name} v{offer.configuration.version}
          </a>
        )}
        <span>{dateTimeOf(offer.offeredAt)}</span>
        <code title={offer.hash}>{offer.hash.slice(0, 12)}</code>
      </p>
      <Steps offer={offer} />
      {isSaid(offer.errorMessage, said) ? (
        <p class="muted">The reason stands under Health.</p>
      ) : offer.state === "failed" ? (
        <Failure text={offer.errorMessage} />
      ) : (
        offer.errorMessage !== "" && <p class="muted">{offer.errorMessage}</p>
      )}
      <details>
        <summary>{before === undefined ? "What was sent" : "Difference to the one before"}</summary>
        {before === undefined ? (
          <FilesView files={offer.files} label="What was sent" />
        ) : (
          <FilesDiff before={before.files} after={offer.files} label="Configuration" />
        )}
      </details>
      <div class="actions">
        <Doing act={sendAgain} disabled={why !== undefined} label={`Send again: ${title}`}>
          Send again
        </Doing>
        {why !== undefined && <span class="muted">{why}</span>}
        <Outcome {...outcome} />
      </div>
    </Card>
  );
}

/** The offer before this one that the agent took up. */
function ranBefore({ offers }: AgentPage, offer: OfferRecord): OfferRecord | undefined {
  const at = offers.indexOf(offer);
  return offers.slice(at + 1).find(({ state }) => state === "applied" || state === "replaced");
}

function Steps({ offer }: { offer: OfferRecord }): VNode {
  const { offeredAt, sentAt, applyingAt, verdictAt, state } = offer;
  const verdict = state === "failed" ? "Failed" : "Applied";
  const steps = [
    ["Offered", offeredAt],
    ["Sent", sentAt],
    ["Applying", applyingAt],
    [verdict, verdictAt],
  ] as const;
  const last = verdictAt ?? applyingAt ?? sentAt ?? offeredAt;
  return (
    <>
      <ol class={`steps ${state}`}>
        {steps.map(([text, at]) => (
          <li key={text} class={at === undefined ? "open" : "done"}>
            <span>{text}</span>
            {at === undefined ? (
              <span class="muted">{text === "Applying" && verdictAt !== undefined ? "–" : ""}</span>
            ) : (
              <time class="muted" dateTime={new Date(at).toISOString()}>
                {text === "Offered" ? clockOf(at) : `+${durationOf(at - offeredAt)}`}
              </time>
            )}
          </li>
        ))}
      </ol>
      <p class="spoken">{`${offerStates[state].text}, ${durationOf(last - offeredAt)} after it was offered`}</p>
    </>
  );
}
