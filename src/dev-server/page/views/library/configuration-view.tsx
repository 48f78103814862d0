import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { VersionList } from "./version-list.tsx";
import { StartFrom } from "./start-from.tsx";
import { ConfigEditor } from "../../editor/config-editor.tsx";
import { DialogBox } from "../../parts/dialog-box.tsx";
import { FilesDiff } from "../../parts/diff-view.tsx";
import { Card, Doing, Outcome } from "../../parts/small-parts.tsx";
import { put, remove } from "../../state/ask-server.ts";
import { useConsole } from "../../state/console-store.ts";
import { useSharedComponents } from "../../state/use-shared-components.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { ConfigurationText, NamedConfiguration } from "../../../shapes/api-shapes.ts";
import { exampleFiles, filesBody, sameFiles, type TextFile } from "../../words/text-file.ts";

/** One named configuration: its text to change, and all its versions. */
export function ConfigurationView({ name }: { name: string }): VNode {
  const { changes } = useConsole();
  const moment = momentOf(changes.configurations);
  const path = `/api/configurations/${encodeURIComponent(name)}`;
  const list = useAnswer<{ configurations: readonly NamedConfiguration[] }>(
    "/api/configurations",
    moment,
  );
  const text = useAnswer<ConfigurationText>(path, moment);
  const known = list.value?.configurations.find((each) => each.name === name);
  if (text.value === undefined && !text.missing) {
    return <p class="muted loading">{text.why ?? "Reading the configuration …"}</p>;
  }
  return (
    <>
      <header class="view-head">
        <div>
          <p class="crumbs">
            <a href="#/configurations">Configurations</a>
          </p>
          <h1>{name}</h1>
        </div>
        {known !== undefined && (
          <a class="button primary" href={`#/send?configuration=${encodeURIComponent(name)}`}>
            Send it
          </a>
        )}
      </header>
      <div class="columns">
        <div class="column">
          <Editing key={text.value?.version ?? 0} path={path} current={text.value} />
        </div>
        <div class="column side">
          {known === undefined ? (
            <Card title="Versions">
              <p class="muted">It is not saved yet.</p>
            </Card>
          ) : (
            <>
              <VersionList path={path} known={known} current={text.value} />
              <Removal path={path} known={known} />
            </>
          )}
        </div>
      </div>
    </>
  );
}

/** A name says nothing of whom it is for. */
const everybody = { all: true } as const;

function Editing(props: { path: string; current: ConfigurationText | undefined }): VNode {
  const { path, current } = props;
  const saved = current?.files ?? [];
  const [files, setFiles] = useState<readonly TextFile[]>(
    saved.length > 0 ? saved : [{ name: "", text: "" }],
  );
  const [note, setNote] = useState("");
  const components = useSharedComponents(everybody);
  const [review, setReview] = useState(false);
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const save = async (): Promise<void> => {
    const answer = await put<NamedConfiguration>(path, { ...filesBody(files), note });
    setReview(false);
    setOutcome({ text: answer.ok ? "Saved." : answer.text, bad: !answer.ok });
  };
  const isSame = sameFiles(saved, files);
  const isEmpty = files.every(({ text }) => text.trim() === "");
  return (
    <Card
      title={current === undefined ? "First version" : `Version ${current.version}`}
      aside={<StartFrom example={exampleFiles} choose={setFiles} />}
    >
      <ConfigEditor files={files} change={setFiles} components={components} />
      <div class="form">
        <label>
          What is new in it
          <input value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
      </div>
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={isSame || isEmpty}
          onClick={() => setReview(true)}
        >
          Save as version {(current?.version ?? 0) + 1}
        </button>
        <span class="muted">
          {isEmpty ? "there is nothing to save yet" : isSame ? "nothing has changed" : ""}
        </span>
        <Outcome {...outcome} />
      </div>
      {review && (
        <DialogBox title="What changes" close={() => setReview(false)}>
          <FilesDiff before={saved} after={files} label="Configuration" />
          <div class="actions">
            <Doing act={save} kind="primary">
              Save
            </Doing>
          </div>
        </DialogBox>
      )}
    </Card>
  );
}

function Removal({ path, known }: { path: string; known: NamedConfiguration }): VNode {
  const [why, setWhy] = useState("");
  const forget = async (): Promise<void> => {
    const answer = await remove(path);
    if (answer.ok) location.hash = "#/configurations";
    else setWhy(answer.text);
  };
  const isHeld = known.groups.length > 0;
  return (
    <div class="actions">
      <Doing act={forget} kind="danger" disabled={isHeld}>
        Delete
      </Doing>
      <span class="muted">{isHeld ? `the group ${known.groups.join(", ")} has it` : ""}</span>
      <Outcome text={why} bad />
    </div>
  );
}
