import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { FilesDiff } from "../../parts/diff-view.tsx";
import { LayersView } from "./layers-view.tsx";
import { Card, Nothing } from "../../parts/small-parts.tsx";
import type { AgentPage } from "../../../shapes/api-shapes.ts";
import type { TextFile } from "../../words/text-file.ts";

/** What the agent runs, with its layers or beside what was offered to it. */
export function EffectiveCard({ agent }: { agent: AgentPage }): VNode {
  const [isDiff, setDiff] = useState(false);
  const { effectiveConfig: effective } = agent;
  const offered = agent.offers[0]?.files;
  const canDiff = offered !== undefined && effective.length > 0;
  return (
    <Card
      title="Effective configuration"
      aside={
        canDiff && (
          <button
            type="button"
            class="quiet small"
            aria-pressed={isDiff}
            onClick={() => setDiff(!isDiff)}
          >
            Difference to what was offered
          </button>
        )
      }
    >
      {effective.length === 0 ? (
        <Nothing>
          {agent.tooMuch?.parts.includes("effectiveConfig") === true
            ? "What it runs was too much to keep."
            : "The agent has not reported what it runs."}
        </Nothing>
      ) : isDiff && canDiff ? (
        <FilesDiff
          before={oneFile(offered)}
          after={oneFile(effective)}
          label="Offered and effective"
        />
      ) : (
        <LayersView agent={agent} />
      )}
    </Card>
  );
}

/** An agent may join what it gets as several files into one, under another name. */
function oneFile(files: readonly TextFile[]): readonly TextFile[] {
  return [{ name: "", text: files.map(({ text }) => text).join("\n") }];
}
