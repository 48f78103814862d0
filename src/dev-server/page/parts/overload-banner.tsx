import type { VNode } from "preact";
import type { Overload } from "../../shapes/api-shapes.ts";
import { post } from "../state/ask-server.ts";
import { useConsole } from "../state/console-store.ts";
import { momentOf, useAnswer } from "../state/use-answer.ts";
import { overloadText } from "../words/overload-words.ts";
import { Doing } from "./small-parts.tsx";

/** Says on every view that agents are being sent away, so that nobody looks elsewhere for the reason. */
export function OverloadBanner(): VNode {
  const { link, overview } = useConsole();
  const isKnown = overview.value !== undefined && link.value !== "locked";
  return (
    <div role="status" class="notices">
      {isKnown && <WhileOn />}
    </div>
  );
}

function WhileOn(): VNode | null {
  const { changes, notice } = useConsole();
  const { value } = useAnswer<Overload>("/api/overload", momentOf(changes.overload));
  if (value?.on !== true) return null;
  const end = async (): Promise<void> => {
    const answer = await post<Overload>("/api/overload", { on: false });
    if (!answer.ok) notice.value = { text: answer.text, tone: "bad" };
  };
  return (
    <div class="notice warn sent-away">
      <p>
        <strong>Agents are being sent away.</strong> {overloadText(value)}
      </p>
      <Doing act={end}>Take agents again</Doing>
    </div>
  );
}
