import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { FilesDiff } from "../../parts/diff-view.tsx";
import { Ago, Card, Doing, Outcome } from "../../parts/small-parts.tsx";
import { put } from "../../state/ask-server.ts";
import { useAnswer } from "../../state/use-answer.ts";
import type { ConfigurationText, NamedConfiguration } from "../../../shapes/api-shapes.ts";
import { filesBody } from "../../words/text-file.ts";

/** All versions of a configuration, what is different in an older one, and the way back to it. */
export function VersionList(props: {
  path: string;
  known: NamedConfiguration;
  current: ConfigurationText | undefined;
}): VNode {
  const { path, known, current } = props;
  return (
    <Card title="Versions">
      <ol class="versions">
        {known.versions.map(({ version, at, note }) => (
          <li key={version}>
            <p>
              <strong>v{version}</strong>{" "}
              <span class="muted">
                <Ago at={at} />
              </span>
            </p>
            {note !== "" && <p>{note}</p>}
            {current !== undefined && version !== current.version && (
              <Older path={path} version={version} current={current} />
            )}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Older(props: { path: string; version: number; current: ConfigurationText }): VNode {
  const { path, version, current } = props;
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Difference to version {current.version}</summary>
      {isOpen && <Comparison path={path} version={version} current={current} />}
    </details>
  );
}

function Comparison(props: { path: string; version: number; current: ConfigurationText }): VNode {
  const { path, version, current } = props;
  const read = useAnswer<ConfigurationText>(`${path}?version=${version}`, 0);
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const older = read.value;
  if (older === undefined) return <p class="muted">{read.why ?? "Reading …"}</p>;
  const goBack = async (): Promise<void> => {
    const note = `as version ${version}`;
    const answer = await put<NamedConfiguration>(path, { ...filesBody(older.files), note });
    setOutcome({ text: answer.ok ? "" : answer.text, bad: !answer.ok });
  };
  return (
    <>
      <FilesDiff before={older.files} after={current.files} label={`Version ${version}`} />
      <div class="actions">
        <Doing act={goBack}>Return to version {version}</Doing>
        <Outcome {...outcome} />
      </div>
    </>
  );
}
