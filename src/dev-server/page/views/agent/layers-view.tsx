import type { VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { FilesView } from "../../parts/files-view.tsx";
import { Doing, Nothing } from "../../parts/small-parts.tsx";
import { post } from "../../state/ask-server.ts";
import { useLayers } from "../../state/use-layers.ts";
import type { AgentPage } from "../../../shapes/api-shapes.ts";
import type { AgentLayers } from "../../../shapes/layer-shapes.ts";
import { layerCounts, layersByLine } from "../../words/layer-words.ts";

/** What an agent runs, with the layer of each line beside it. */
export function LayersView({ agent }: { agent: AgentPage }): VNode {
  const layers = useLayers(agent);
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const byLine = useMemo(
    () => (layers?.is === "known" ? layersByLine(layers) : undefined),
    [layers],
  );
  return (
    <>
      {layers?.is === "known" && <Legend layers={layers} chosen={chosen} choose={setChosen} />}
      {layers !== undefined && layers.is !== "known" && (
        <div class="layers-why">
          <Nothing>{layers.why}</Nothing>
          {layers.canAsk && layers.is === "unknown" && (
            <Doing
              act={async () => {
                await post<object>(`/api/agents/${agent.uid}/layers`, {});
              }}
            >
              Ask again
            </Doing>
          )}
        </div>
      )}
      <FilesView
        files={agent.effectiveConfig}
        label="Effective configuration"
        layers={byLine}
        chosenLayer={chosen}
      />
    </>
  );
}

/** The layers by name; the chosen one's lines stand out. */
function Legend(props: {
  layers: AgentLayers;
  chosen: number | undefined;
  choose: (layer: number | undefined) => void;
}): VNode {
  const { layers, chosen, choose } = props;
  const counts = layerCounts(layers);
  return (
    <div class="layer-legend" role="group" aria-label="Layers: show the lines of one of them">
      {layers.layers.map((name, index) => (
        <button
          key={index}
          type="button"
          class="chip"
          aria-pressed={chosen === index}
          onClick={() => choose(chosen === index ? undefined : index)}
        >
          <span class={`layer-dot of-${index % 6}`} aria-hidden="true" />
          {name} <span class="muted">{counts[index]}</span>
        </button>
      ))}
      {layers.omitted > 0 && (
        <span class="muted">{`${layers.omitted} values are left out: the answer was too long.`}</span>
      )}
    </div>
  );
}
