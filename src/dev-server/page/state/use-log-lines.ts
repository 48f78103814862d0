import { useEffect, useState } from "preact/hooks";
import type { AgentLogs } from "../../shapes/log-shapes.ts";
import { joined } from "../words/log-words.ts";
import { get } from "./ask-server.ts";

/** How often it is asked for new lines, while somebody looks. */
const askMs = 1_000;

/** The log lines of an agent, kept up with; `why`: they could not be read. */
export function useLogLines(
  uid: string,
  isPaused: boolean,
): { readonly logs: AgentLogs | undefined; readonly why: string | undefined } {
  const [logs, setLogs] = useState<AgentLogs | undefined>(undefined);
  const [why, setWhy] = useState<string | undefined>(undefined);
  const [known] = useState<{ last: number; busy: boolean }>(() => ({ last: 0, busy: false }));
  useEffect(() => {
    const at = { gone: false };
    const look = async (): Promise<void> => {
      // Nobody looks at a page in the background.
      if (known.busy || document.hidden) return;
      known.busy = true;
      const answer = await get<AgentLogs>(`/api/agents/${uid}/logs?after=${known.last}`);
      known.busy = false;
      if (at.gone) return;
      setWhy(answer.ok ? undefined : answer.text);
      if (!answer.ok) return;
      const { value } = answer;
      known.last = value.lines.at(-1)?.seq ?? known.last;
      setLogs((before) => ({ ...value, lines: joined(before?.lines ?? [], value.lines) }));
    };
    if (isPaused) return undefined;
    void look();
    const timer = setInterval(() => void look(), askMs);
    return () => {
      at.gone = true;
      clearInterval(timer);
    };
  }, [uid, isPaused, known]);
  return { logs, why };
}
