import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Ago, Card, Doing, Outcome } from "../../parts/small-parts.tsx";
import { post } from "../../state/ask-server.ts";
import type { AgentPage, ApprovalBody, GuestView } from "../../../shapes/api-shapes.ts";

/** An agent that has come without credentials: where from, and whether it is let in. */
export function GuestCard({ agent, guest }: { agent: AgentPage; guest: GuestView }): VNode {
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const judge = async (approve: boolean): Promise<void> => {
    const body: ApprovalBody = approve ? { approve, from: guest.from } : { approve };
    const { ok, text } = await post<object>(`/api/agents/${agent.uid}/approval`, body);
    setOutcome({ text, bad: !ok });
  };
  return (
    <Card title={titles[guest.is]}>
      <p>
        It comes from <code>{guest.from}</code> (<Ago at={guest.since} />
        ). {says[guest.is]}
      </p>
      <div class="actions">
        <Doing kind="primary" act={() => judge(true)}>
          {guest.is === "approved" ? "Approve again" : "Approve"}
        </Doing>
        {guest.is !== "refused" && <Doing act={() => judge(false)}>Refuse</Doing>}
      </div>
      <Outcome {...outcome} />
    </Card>
  );
}

const titles: Readonly<Record<GuestView["is"], string>> = {
  waiting: "This agent waits to be approved",
  approved: "This agent was approved",
  refused: "This agent was refused",
};

const says: Readonly<Record<GuestView["is"], string>> = {
  waiting:
    "Nobody has vouched for what it says of itself. Nothing is sent to it until you approve it; then it is offered the Authorization header of this server.",
  approved: "It was offered the Authorization header, and has not come with it yet.",
  refused: "What it says is not taken in any more.",
};
