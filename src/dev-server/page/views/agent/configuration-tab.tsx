import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { EffectiveCard } from "./effective-card.tsx";
import { OfferCard } from "./offer-card.tsx";
import { StartFrom } from "../library/start-from.tsx";
import { ConfigEditor } from "../../editor/config-editor.tsx";
import { DialogBox } from "../../parts/dialog-box.tsx";
import { FilesDiff } from "../../parts/diff-view.tsx";
import { Card, Doing, Nothing, Outcome } from "../../parts/small-parts.tsx";
import { post } from "../../state/ask-server.ts";
import type { AgentPage } from "../../../shapes/api-shapes.ts";
import { exampleFiles, filesBody, sameFiles, type TextFile } from "../../words/text-file.ts";

/** Writing a configuration for one agent, what it runs, and all that was offered to it. */
export function ConfigurationTab({ agent }: { agent: AgentPage }): VNode {
  return (
    <>
      <div class="columns even">
        <SendCard agent={agent} />
        <EffectiveCard agent={agent} />
      </div>
      <h2 class="section">Offers</h2>
      {agent.offers.length === 0 && <Nothing>Nothing was offered to this agent yet.</Nothing>}
      <div class="columns even">
        {agent.offers.map((offer, index) => (
          <OfferCard
            key={`${offer.hash} ${offer.offeredAt}`}
            agent={agent}
            offer={offer}
            title={index === 0 ? "Latest" : `Offer ${agent.offers.length - index}`}
          />
        ))}
      </div>
    </>
  );
}

function SendCard({ agent }: { agent: AgentPage }): VNode {
  const [last] = agent.offers;
  const sent = last?.files ?? [];
  const [files, setFiles] = useState<readonly TextFile[]>(sent.length > 0 ? sent : blank);
  const [review, setReview] = useState(false);
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const why = agent.actions.config.why;
  const isEmpty = files.every(({ text }) => text.trim() === "");
  const change = (next: readonly TextFile[]): void => {
    setFiles(next);
    setOutcome({ text: "", bad: false });
  };
  const send = async (): Promise<void> => {
    const answer = await post<object>(`/api/agents/${agent.uid}/config`, filesBody(files));
    setReview(false);
    setOutcome({
      text: answer.text === "" ? "Sent. What becomes of it stands below." : answer.text,
      bad: !answer.ok,
    });
  };
  return (
    <Card
      title="Send a configuration"
      aside={<StartFrom agent={agent} example={exampleFiles} choose={change} />}
    >
      <ConfigEditor files={files} change={change} components={agent.components} uid={agent.uid} />
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={why !== undefined || isEmpty}
          onClick={() => setReview(true)}
        >
          Review and send
        </button>
        <span class="muted">{why ?? (isEmpty ? "there is nothing to send yet" : "")}</span>
        <Outcome {...outcome} />
      </div>
      {review && (
        <DialogBox title="What changes" close={() => setReview(false)}>
          {sameFiles(sent, files) ? (
            <p class="muted">This is what was sent last.</p>
          ) : (
            <FilesDiff before={sent} after={files} label="Configuration" />
          )}
          <div class="actions">
            <Doing act={send} kind="primary">
              Send
            </Doing>
          </div>
        </DialogBox>
      )}
    </Card>
  );
}

const blank: readonly TextFile[] = [{ name: "", text: "" }];
