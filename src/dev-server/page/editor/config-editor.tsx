import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { YamlEditor, type Place } from "./yaml-editor.tsx";
import type { TextFile } from "../words/text-file.ts";
import { useCheck } from "../state/use-check.ts";
import type { ConfigProblem } from "../../shapes/api-shapes.ts";
import type { Components } from "../words/yaml-place.ts";

/** A configuration being written, of one file or several, with what is wrong with it. */
export function ConfigEditor(props: {
  files: readonly TextFile[];
  change: (files: readonly TextFile[]) => void;
  components: Components;
  /** Checked against the components of this agent. */
  uid?: string | undefined;
}): VNode {
  const { files, change, components, uid } = props;
  const [chosen, setChosen] = useState(0);
  const [goTo, setGoTo] = useState<Place | undefined>(undefined);
  const { problems, checked, checkNow } = useCheck(files, uid);
  const at = Math.min(chosen, files.length - 1);
  const file = files[at] ?? { name: "", text: "" };
  const look = (problem: ConfigProblem): void => {
    const index = files.findIndex(({ name }) => name === problem.file);
    setChosen(Math.max(0, index));
    setGoTo({ line: problem.line, column: problem.column });
  };
  return (
    <div class="config-editor">
      {files.length > 1 && (
        <div class="file-tabs" role="group" aria-label="Files">
          {files.map(({ name }, index) => (
            <button
              key={name}
              type="button"
              class="chip"
              aria-pressed={index === at}
              onClick={() => setChosen(index)}
            >
              {name === "" ? "(no name)" : name}
            </button>
          ))}
        </div>
      )}
      <YamlEditor
        key={file.name}
        text={file.text}
        label={file.name === "" ? "Configuration" : `Configuration ${file.name}`}
        components={components}
        problems={problems.filter((problem) => problem.file === file.name)}
        goTo={goTo}
        changed={(text) =>
          change(files.map((each, index) => (index === at ? { ...each, text } : each)))
        }
      />
      <div class="check-line">
        <button type="button" class="quiet small" onClick={checkNow}>
          Check
        </button>
        <span role="status" class={`check-word ${problems.length > 0 ? "bad-text" : "muted"}`}>
          {checked === undefined ? "" : checkText(problems, checked)}
        </span>
      </div>
      {problems.length > 0 && (
        <ul class="problems">
          {problems.map((problem, index) => (
            <li key={index} class={problem.severity}>
              <button type="button" class="link" onClick={() => look(problem)}>
                {problem.file === "" ? "" : `${problem.file}, `}line {problem.line}
              </button>{" "}
              {problem.text}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function checkText(problems: readonly ConfigProblem[], why: string): string {
  if (why !== "") return why;
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  if (errors + warnings === 0) return "No problems found.";
  const parts = [
    ...(errors === 0 ? [] : [errors === 1 ? "1 error" : `${errors} errors`]),
    ...(warnings === 0 ? [] : [warnings === 1 ? "1 warning" : `${warnings} warnings`]),
  ];
  return parts.join(", ");
}
