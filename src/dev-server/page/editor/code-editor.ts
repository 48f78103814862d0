import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  indentUnit,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { EditorState, type Extension, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { looks } from "./editor-looks.ts";
import type { ConfigProblem } from "../../shapes/api-shapes.ts";
import { suggestionsAt, type Components } from "../words/yaml-place.ts";

/** What an editor is made with. */
export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly label: string;
  readonly components: () => Components;
  readonly changed: (text: string) => void;
}

/** An editor on the page. */
export interface CodeEditor {
  setText(text: string): void;
  setProblems(problems: readonly ConfigProblem[]): void;
  goTo(line: number, column: number): void;
  destroy(): void;
}

/**
 * Puts an editor into an element. It stands in a shadow root, because there its styles are adopted style sheets: the page's
 * policy lets no style element in.
 */
export function createCodeEditor(options: EditorOptions): CodeEditor {
  const { parent, text, label, components, changed } = options;
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: "open" });
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({ doc: text, extensions: extensionsOf(label, components, changed) }),
  });
  return {
    setText: (wanted) => {
      if (view.state.doc.toString() === wanted) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: wanted } });
    },
    setProblems: (problems) => {
      const { doc } = view.state;
      const marks = problems.map((problem) => markOf(problem, doc));
      view.dispatch(setDiagnostics(view.state, marks));
    },
    goTo: (line, column) => {
      view.dispatch({
        selection: { anchor: offsetOf(view.state.doc, line, column) },
        scrollIntoView: true,
      });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

function extensionsOf(
  label: string,
  components: () => Components,
  changed: (text: string) => void,
): Extension {
  return [
    lineNumbers(),
    foldGutter(),
    lintGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    indentUnit.of("  "),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    yaml(),
    looks,
    autocompletion({ override: [(context) => complete(context, components())] }),
    // Tab is not among them: it leaves the editor, as it leaves every other field.
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...completionKeymap,
      ...lintKeymap,
    ]),
    EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
    // Left to itself the browser would keep the look of what it replaces by a style on an element, which the policy forbids.
    EditorView.domEventHandlers({ beforeinput: replaceSelected }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    }),
  ];
}

/** Typing over a selection; brackets and quotes are put around it elsewhere. */
function replaceSelected(event: InputEvent, view: EditorView): boolean {
  const { data, inputType } = event;
  if (inputType !== "insertText" || data === null || /^[([{"']$/.test(data)) return false;
  if (view.state.selection.ranges.every(({ empty }) => empty)) return false;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(data), {
    userEvent: "input.type",
    scrollIntoView: true,
  });
  return true;
}

function complete(context: CompletionContext, components: Components): CompletionResult | null {
  const found = suggestionsAt(context.state.doc.toString(), context.pos, components);
  if (found === undefined || (found.from === context.pos && !context.explicit)) return null;
  return {
    from: found.from,
    options: found.words.map(({ word, about }) => ({ label: word, detail: about })),
    validFor: /^[\w/.-]*$/,
  };
}

function markOf({ line, column, severity, text }: ConfigProblem, doc: Text): Diagnostic {
  const from = offsetOf(doc, line, column);
  const { to } = doc.lineAt(from);
  return { from, to: Math.max(from, to), severity, message: text };
}

/** What was checked may have been longer than what stands there now. */
function offsetOf(doc: Text, line: number, column: number): number {
  const found = doc.line(Math.max(1, Math.min(line, doc.lines)));
  return Math.min(found.to, found.from + Math.max(0, column - 1));
}
