import type { VNode } from "preact";
import type { LineLayer } from "../words/layer-words.ts";
import type { TextFile } from "../words/text-file.ts";

/** Configuration files to read, with line numbers, a little colour, and the layer of each line where it is known. */
export function FilesView(props: {
  files: readonly TextFile[];
  label: string;
  /** By the line of the only file. */
  layers?: ReadonlyMap<number, LineLayer> | undefined;
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
            {text === ""
              ? "(empty)"
              : text
                  .replace(/\n$/, "")
                  .split("\n")
                  .map((line, index) => {
                    const layer = layers?.get(index + 1);
                    const isChosen = layer !== undefined && layer.layer === chosenLayer;
                    return <YamlLine key={index} line={line} layer={layer} isChosen={isChosen} />;
                  })}
          </pre>
        </figure>
      ))}
    </>
  );
}

const keyed = /^(\s*(?:- )*)("[^"]*"|'[^']*'|[^\s#:"'][^:#]*)(:)(?=\s|$)(.*)$/;

function YamlLine(props: { line: string; layer: LineLayer | undefined; isChosen: boolean }): VNode {
  const { line, layer, isChosen } = props;
  const end = layer === undefined ? "\n" : <LayerName layer={layer} />;
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

/** Stands behind the line, where a screen reader finds it, too. */
function LayerName({ layer }: { layer: LineLayer }): VNode {
  return (
    <>
      <span class="spoken">, from layer </span>
      <span class="layer-name">
        <span class={`layer-dot of-${layer.layer % 6}`} aria-hidden="true" />
        {layer.text}
      </span>
      {"\n"}
    </>
  );
}
