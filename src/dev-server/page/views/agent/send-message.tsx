import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { DialogBox } from "../../parts/dialog-box.tsx";
import { Outcome } from "../../parts/small-parts.tsx";
import { post } from "../../state/ask-server.ts";
import type { AgentPage, CustomMessageBody } from "../../../shapes/api-shapes.ts";

/** A custom message, written by hand. */
export function SendMessage({ agent, close }: { agent: AgentPage; close: () => void }): VNode {
  const [message, setMessage] = useState<CustomMessageBody>({ capability: "", type: "", data: "" });
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const send = async (): Promise<void> => {
    const answer = await post<object>(`/api/agents/${agent.uid}/message`, message);
    setOutcome({ text: answer.text === "" ? "Sent." : answer.text, bad: !answer.ok });
  };
  const field = (key: keyof CustomMessageBody) => (event: { currentTarget: { value: string } }) => {
    setMessage({ ...message, [key]: event.currentTarget.value });
  };
  return (
    <DialogBox title="Custom message" close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label>
          Capability
          <input
            required
            spellcheck={false}
            placeholder="com.example.reload"
            value={message.capability}
            onInput={field("capability")}
          />
        </label>
        <label>
          Type
          <input required spellcheck={false} value={message.type} onInput={field("type")} />
        </label>
        <label>
          Data
          <textarea rows={4} spellcheck={false} value={message.data} onInput={field("data")} />
        </label>
        <div class="actions">
          <button type="submit" class="primary">
            Send message
          </button>
          <Outcome {...outcome} />
        </div>
      </form>
    </DialogBox>
  );
}
