import type { VNode } from "preact";
import type { TextFile } from "../words/text-file.ts";

/** Configuration files to read, with line numbers and a little colour. */
export function FilesView({ files, label }: { files: readonly TextFile[]; label: string }): VNode {
  return (
    <>
      {files.map(({ name, text }) => (
        <figure key={name} class="file">
          {name !== "" && (
            <figcaption>
              <code>{name}</code>
            </figcaption>
          )}
          <pre class="yaml" tabIndex={0} role="region" aria-label={`${label} ${name}`.trim()}>
            {text === ""
              ? "(empty)"
              : text
                  .replace(/\n$/, "")
                  .split("\n")
                  .map((line, index) => <YamlLine key={index} line={line} />)}
          </pre>
        </figure>
      ))}
    </>
  );
}

const keyed = /^(\s*(?:- )*)("[^"]*"|'[^']*'|[^\s#:"'][^:#]*)(:)(?=\s|$)(.*)$/;

function YamlLine({ line }: { line: string }): VNode {
  if (/^\s*#/.test(line)) return <span class="line comment">{`${line}\n`}</span>;
  const [, indent, key, colon, rest] = keyed.exec(line) ?? [];
  if (key === undefined) return <span class="line">{`${line}\n`}</span>;
  return (
    <span class="line">
      {indent}
      <span class="key">{key}</span>
      {colon}
      {`${rest ?? ""}\n`}
    </span>
  );
}
