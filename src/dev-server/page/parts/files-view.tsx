import type { VNode } from "preact";
import { FirstFew } from "./first-few.tsx";
import type { LineLayer } from "../words/layer-words.ts";
import type { TextFile } from "../words/text-file.ts";

/** Configuration files to read, with line numbers, a little colour, and the layer of each line where it is known. */
export function FilesView(props: {
  files: readonly TextFile[];
  label: string;
  /** By the line of the only file. */
  layers?: ReadonlyMap<number, readonly LineLayer[]> | undefined;
  /** Its lines stand out. */
  chosenLayer?: number | undefined;
}): VNode {
  const { files, label, layers, chosenLayer } = props;
  return (
    <>
      {files.map(({ name, text }) => (
        <figure key={name} class="file">
          {name !== "" && (
            <figcaption>
              <code>{name}</code>
            </figcaption>
          )}
          <pre
            class={layers === undefined ? "yaml" : "yaml layered"}
            tabIndex={0}
            role="region"
            aria-label={`${label} ${name}`.trim()}
          >
            {text === "" ? (
              "(empty)"
            ) : (
              <FirstFew
                all={text.replace(/\n$/, "").split("\n")}
                few={mostLines}
                show={(line, index) => {
                  const its = layers?.get(index + 1) ?? [];
                  const isChosen = its.some(({ layer }) => layer === chosenLayer);
                  return <YamlLine key={index} line={line} layers={its} isChosen={isChosen} />;
                }}
                last={(button) => button}
              />
            )}
          </pre>
        </figure>
      ))}
    </>
  );
}

/** A browser takes minutes for as many lines as a big file has. */
const mostLines = 5_000;
const keyed = /^(\s*(?:- )*)("[^"]*"|'[^']*'|[^\s#:"'][^:#]*)(:)(?=\s|$)(.*)$/;

function YamlLine(props: { line: string; layers: readonly LineLayer[]; isChosen: boolean }): VNode {
  const { line, layers, isChosen } = props;
  const end = layers.length === 0 ? "\n" : <LayerNames layers={layers} />;
  const chosen = isChosen ? " chosen" : "";
  if (/^\s*#/.test(line)) return <span class={`line comment${chosen}`}>{`${line}\n`}</span>;
  const [, indent, key, colon, rest] = keyed.exec(line) ?? [];
  if (key === undefined) {
    return (
      <span class={`line${chosen}`}>
        {line}
        {end}
      </span>
    );
  }
  return (
    <span class={`line${chosen}`}>
      {indent}
      <span class="key">{key}</span>
      {colon}
      {rest ?? ""}
      {end}
    </span>
  );
}

/** Stand behind the line, where a screen reader finds them, too. */
function LayerNames({ layers }: { layers: readonly LineLayer[] }): VNode {
  return (
    <>
      <span class="spoken">{layers.length === 1 ? ", from layer " : ", from layers "}</span>
      <span class="layer-name">
        {layers.map(({ layer, text }, index) => (
          <span key={layer}>
            {index === 0 ? "" : ", "}
            <span class={`layer-dot of-${layer % 6}`} aria-hidden="true" />
            {text}
          </span>
        ))}
      </span>
      {"\n"}
    </>
  );
}
