import { useEffect, useState } from "preact/hooks";
import type { AgentPage } from "../../shapes/api-shapes.ts";
import type { AgentLayers } from "../../shapes/layer-shapes.ts";
import { post } from "./ask-server.ts";
import { useAnswer } from "./use-answer.ts";

/** Which layer set each line of what an agent runs; the agent is asked once for each configuration that is looked at. */
export function useLayers(agent: AgentPage): AgentLayers | undefined {
  const { value } = useAnswer<AgentLayers>(`/api/agents/${agent.uid}/layers`, agent);
  const [asked] = useState<{ about: string }>(() => ({ about: "" }));
  const about = JSON.stringify(agent.effectiveConfig);
  const isUnasked = value?.is === "unasked" && value.canAsk;
  useEffect(() => {
    if (!isUnasked || asked.about === about) return;
    asked.about = about;
    void post<object>(`/api/agents/${agent.uid}/layers`, {});
  }, [isUnasked, about, asked, agent.uid]);
  return value;
}
