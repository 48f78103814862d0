import type { VNode } from "preact";
import { useConsole, type Link } from "../state/console-store.ts";

const words: Readonly<Record<Link, string>> = {
  connecting: "Connecting",
  live: "Live",
  lost: "Server lost, trying again",
  locked: "Locked",
};

/** Whether what is shown is what is so. */
export function LinkWord(): VNode {
  const { link } = useConsole();
  return (
    <span class={`link-word ${link.value}`} role="status">
      {words[link.value]}
    </span>
  );
}

/** What a lost server means, and the outcome of what was asked for in passing. */
export function NoticeBar(): VNode {
  const { link, notice, overview } = useConsole();
  const problem = overview.value?.state.problem;
  const said = notice.value;
  return (
    <div role="status" class="notices">
      {link.value === "lost" && (
        <p class="notice bad">
          The server does not answer. What you see is what it said last; the page goes on by itself
          as soon as it is back.
        </p>
      )}
      {problem !== undefined && <p class="notice bad">{problem}</p>}
      {said !== undefined && (
        <p class={`notice ${said.tone}`}>
          {said.text}
          <button
            type="button"
            class="quiet small"
            onClick={() => {
              notice.value = undefined;
            }}
          >
            Close
          </button>
        </p>
      )}
    </div>
  );
}
