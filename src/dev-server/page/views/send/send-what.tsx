import type { VNode } from "preact";
import { StartFrom } from "../library/start-from.tsx";
import { ConfigEditor } from "../../editor/config-editor.tsx";
import { FilesView } from "../../parts/files-view.tsx";
import { Card } from "../../parts/small-parts.tsx";
import { useConsole } from "../../state/console-store.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { ShelfView } from "../../../page-api/page-packages.ts";
import type {
  ConfigurationText,
  NamedConfiguration,
  RolloutWhat,
} from "../../../shapes/api-shapes.ts";
import { exampleFiles, type TextFile } from "../../words/text-file.ts";

/** What is to be sent; a version that is not chosen is the newest. */
export type What =
  | { readonly is: "files"; readonly files: readonly TextFile[] }
  | { readonly is: "named"; readonly name: string; readonly version: number | undefined }
  | { readonly is: "package"; readonly name: string; readonly version: string };

/** Why it cannot be sent yet. */
export function whatProblem(what: What): string | undefined {
  if (what.is === "files" && what.files.every(({ text }) => text.trim() === "")) {
    return "there is nothing to send yet";
  }
  if (what.is === "named" && what.version === undefined) return "choose a configuration";
  return what.is === "package" && what.version === "" ? "choose a package" : undefined;
}

/** The same as a rollout has it. */
export function rolloutWhat(what: What): RolloutWhat | undefined {
  switch (what.is) {
    case "files":
      return { files: Object.fromEntries(what.files.map(({ name, text }) => [name, text])) };
    case "named":
      return what.version === undefined
        ? undefined
        : { configuration: what.name, version: what.version };
    case "package":
      return { package: { name: what.name, version: what.version } };
  }
}

const kinds = [
  ["files", "A configuration written here"],
  ["named", "A named configuration"],
  ["package", "A package"],
] as const;

/** The choice of what to send. */
export function SendWhat({ what, change }: { what: What; change: (what: What) => void }): VNode {
  const choose = (is: What["is"]): void => {
    if (is === what.is) return;
    if (is === "files") change({ is, files: [{ name: "", text: "" }] });
    else if (is === "named") change({ is, name: "", version: undefined });
    else change({ is, name: "", version: "" });
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
          components={[]}
          change={(files) => change({ is: "files", files })}
        />
      )}
      {what.is === "named" && <ChooseNamed what={what} change={change} />}
      {what.is === "package" && <ChoosePackage what={what} change={change} />}
    </Card>
  );
}

function ChooseNamed(props: {
  what: Extract<What, { is: "named" }>;
  change: (what: What) => void;
}): VNode {
  const { what, change } = props;
  const { changes } = useConsole();
  const moment = momentOf(changes.configurations);
  const list = useAnswer<{ configurations: readonly NamedConfiguration[] }>(
    "/api/configurations",
    moment,
  );
  const configurations = list.value?.configurations ?? [];
  const chosen = configurations.find(({ name }) => name === what.name) ?? configurations[0];
  const version = what.version ?? chosen?.versions[0]?.version;
  if (chosen !== undefined && version !== what.version) {
    change({ is: "named", name: chosen.name, version });
  }
  if (chosen === undefined) {
    return (
      <p class="muted">
        There is none yet. <a href="#/configurations">Make one</a>
      </p>
    );
  }
  return (
    <div class="form">
      <div class="side-by-side">
        <label>
          Configuration
          <select
            value={chosen.name}
            onChange={(event) =>
              change({ is: "named", name: event.currentTarget.value, version: undefined })
            }
          >
            {configurations.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Version
          <select
            value={version}
            onChange={(event) =>
              change({ is: "named", name: chosen.name, version: Number(event.currentTarget.value) })
            }
          >
            {chosen.versions.map((each) => (
              <option key={each.version} value={each.version}>
                v{each.version} {each.note}
              </option>
            ))}
          </select>
        </label>
      </div>
      {version !== undefined && <NamedText name={chosen.name} version={version} />}
    </div>
  );
}

function NamedText({ name, version }: { name: string; version: number }): VNode {
  const path = `/api/configurations/${encodeURIComponent(name)}?version=${version}`;
  const read = useAnswer<ConfigurationText>(path, 0);
  return <FilesView files={read.value?.files ?? []} label={name} />;
}

function ChoosePackage(props: {
  what: Extract<What, { is: "package" }>;
  change: (what: What) => void;
}): VNode {
  const { what, change } = props;
  const { changes } = useConsole();
  const read = useAnswer<{ shelf?: ShelfView }>("/api/packages", momentOf(changes.packages));
  const items = read.value?.shelf?.items ?? [];
  if (items.length === 0) {
    return (
      <p class="muted">There is none: start the server with --packages and a folder of them.</p>
    );
  }
  return (
    <div class="form">
      <label>
        Package
        <select
          value={JSON.stringify([what.name, what.version])}
          onChange={(event) => {
            const [name, version] = JSON.parse(event.currentTarget.value) as [string, string];
            change({ is: "package", name, version });
          }}
        >
          <option value='["",""]'>Choose …</option>
          {items.map(({ name, version, kind }) => (
            <option key={`${name} ${version}`} value={JSON.stringify([name, version])}>
              {kind === "program" ? "Collector" : name} {version}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
