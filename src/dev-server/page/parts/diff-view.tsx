import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { FirstFew } from "./first-few.tsx";
import { diffLines, hunksOf, type DiffLine } from "../words/line-diff.ts";
import type { TextFile } from "../words/text-file.ts";

/** A browser takes minutes for as many lines as a big file has. */
const mostLines = 1_000;
const marks = { same: " ", added: "+", removed: "−" } as const;
const spoken = { same: "", added: "added: ", removed: "removed: " } as const;

/** What is different between two sets of files. */
export function FilesDiff(props: {
  before: readonly TextFile[];
  after: readonly TextFile[];
  label: string;
}): VNode {
  const { before, after, label } = props;
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort();
  const textIn = (files: readonly TextFile[], name: string): string =>
    files.find((file) => file.name === name)?.text ?? "";
  const changed = names.filter((name) => textIn(before, name) !== textIn(after, name));
  if (changed.length === 0) return <p class="muted nothing">No difference.</p>;
  return (
    <>
      {changed.map((name) => (
        <TextDiff
          key={name}
          name={name}
          before={textIn(before, name)}
          after={textIn(after, name)}
          label={label}
        />
      ))}
    </>
  );
}

function TextDiff(props: { name: string; before: string; after: string; label: string }): VNode {
  const { name, before, after, label } = props;
  const hunks = useMemo(() => hunksOf(diffLines(before, after)), [before, after]);
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const count = (kind: DiffLine["kind"]): number =>
    lines.filter((line) => line.kind === kind).length;
  return (
    <figure class="diff">
      <figcaption>
        {name === "" ? label : <code>{name}</code>}
        <span class="added">+{count("added")}</span>
        <span class="removed">−{count("removed")}</span>
      </figcaption>
      <div class="diff-lines" tabIndex={0} role="region" aria-label={`${label} ${name}`.trim()}>
        {hunks.map((hunk, index) => (
          <div key={index} class="hunk">
            {hunk.hidden > 0 && <div class="hidden-lines">{linesLeftOut(hunk.hidden)}</div>}
            <FirstFew
              all={hunk.lines}
              few={mostLines}
              show={(line, at) => <Line key={at} {...line} />}
              last={(button) => <div class="hidden-lines">{button}</div>}
            />
          </div>
        ))}
      </div>
    </figure>
  );
}

function Line({ kind, text, before, after }: DiffLine): VNode {
  return (
    <div class={`line ${kind}`}>
      <span class="number" aria-hidden="true">
        {after ?? before}
      </span>
      <span class="mark" aria-hidden="true">
        {marks[kind]}
      </span>
      <span class="spoken">{spoken[kind]}</span>
      <span class="text">{text}</span>
    </div>
  );
}

function linesLeftOut(count: number): string {
  return count === 1 ? "1 line left out" : `${count} lines left out`;
}
