import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CodeEditor } from "./code-editor.ts";
import type { ConfigProblem } from "../../shapes/api-shapes.ts";
import type { Components } from "../words/yaml-place.ts";

/** A place to go to; another object is another wish, though to the same line. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A field for YAML. The editor itself is loaded when the first one is shown; until then, and without it, it is plain. */
export function YamlEditor(props: {
  text: string;
  label: string;
  components: Components;
  problems: readonly ConfigProblem[];
  goTo: Place | undefined;
  changed: (text: string) => void;
}): VNode {
  const { text, label, components, problems, goTo, changed } = props;
  const place = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<CodeEditor | undefined>(undefined);
  const [isPlain, setPlain] = useState(false);
  // The editor outlives many drawings, and calls what was given with the last one.
  const given = useRef({ text, components, changed });
  given.current = { text, components, changed };
  // What was written here comes back with a later drawing, when more may have been written: that must not be undone.
  const written = useRef<string[]>([]);
  useEffect(() => {
    const made: CodeEditor[] = [];
    const at = { gone: false };
    const make = async (): Promise<void> => {
      const { createCodeEditor } = await import("./code-editor.ts");
      if (place.current === null || at.gone) return;
      const one = createCodeEditor({
        parent: place.current,
        text: given.current.text,
        label,
        components: () => given.current.components,
        changed: (next) => {
          written.current.push(next);
          given.current.changed(next);
        },
      });
      made.push(one);
      setEditor(one);
    };
    make().catch(() => setPlain(true));
    return () => {
      at.gone = true;
      made.forEach((one) => one.destroy());
    };
  }, [label]);
  useEffect(() => {
    const at = written.current.indexOf(text);
    written.current.splice(0, at < 0 ? Infinity : at);
    if (at < 0) editor?.setText(text);
  }, [editor, text]);
  useEffect(() => editor?.setProblems(problems), [editor, problems]);
  useEffect(() => {
    if (goTo !== undefined) editor?.goTo(goTo.line, goTo.column);
  }, [editor, goTo]);
  if (isPlain) {
    return (
      <textarea
        class="plain-editor"
        aria-label={label}
        rows={16}
        spellcheck={false}
        value={text}
        onInput={(event) => changed(event.currentTarget.value)}
      />
    );
  }
  return <div class="editor-place" ref={place} />;
}
