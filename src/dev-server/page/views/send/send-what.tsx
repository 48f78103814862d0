import type { VNode } from "preact";
import { ChooseNamed, ChoosePackage, WriteServer } from "./choose-what.tsx";
import { StartFrom } from "../library/start-from.tsx";
import { ConfigEditor } from "../../editor/config-editor.tsx";
import { Card } from "../../parts/small-parts.tsx";
import { blankConnection } from "../../words/connection-body.ts";
import type { Sendable } from "../../words/sendable.ts";
import { exampleFiles } from "../../words/text-file.ts";
import type { Components } from "../../words/yaml-place.ts";

const kinds = [
  ["files", "A configuration written here"],
  ["named", "A named configuration"],
  ["package", "A package"],
  ["server", "Another server address"],
] as const;

/** The choice of what to send. */
export function SendWhat({
  what,
  components,
  change,
}: {
  what: Sendable;
  /** What those are made of that it is for. */
  components: Components;
  change: (what: Sendable) => void;
}): VNode {
  const choose = (is: Sendable["is"]): void => {
    if (is === what.is) return;
    if (is === "files") change({ is, files: [{ name: "", text: "" }] });
    else if (is === "named") change({ is, name: "", version: undefined });
    else if (is === "package") change({ is, name: "", version: "" });
    else change({ is, written: blankConnection });
  };
  return (
    <Card
      title="What"
      aside={
        what.is === "files" && (
          <StartFrom example={exampleFiles} choose={(files) => change({ is: "files", files })} />
        )
      }
    >
      <fieldset class="choices">
        <legend class="spoken">What to send</legend>
        {kinds.map(([is, text]) => (
          <label key={is} class="check">
            <input type="radio" name="what" checked={what.is === is} onChange={() => choose(is)} />
            {text}
          </label>
        ))}
      </fieldset>
      {what.is === "files" && (
        <ConfigEditor
          files={what.files}
          components={components}
          change={(files) => change({ is: "files", files })}
        />
      )}
      {what.is === "named" && <ChooseNamed what={what} change={change} />}
      {what.is === "server" && <WriteServer what={what} change={change} />}
      {what.is === "package" && <ChoosePackage what={what} change={change} />}
    </Card>
  );
}
