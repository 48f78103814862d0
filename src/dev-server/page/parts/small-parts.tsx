import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { useConsole } from "../state/console-store.ts";
import type { Said } from "../words/condition-words.ts";
import { ago, dateTimeOf, durationOf } from "../words/times.ts";

/** A word with its colour beside it. */
export function Pill({ said, quiet = false }: { said: Said; quiet?: boolean }): VNode {
  return <span class={`pill ${said.tone} ${quiet ? "quiet" : ""}`}>{said.text}</span>;
}

/** How long ago something was, kept up to date; the date stands behind it for whoever points at it. */
export function Ago({ at }: { at: number }): VNode {
  const { now } = useConsole();
  return (
    <time dateTime={new Date(at).toISOString()} title={dateTimeOf(at)}>
      {ago(at, now.value)}
    </time>
  );
}

/** How long something has been so. */
export function Since({ at }: { at: number }): VNode {
  const { now } = useConsole();
  return (
    <time dateTime={new Date(at).toISOString()} title={`since ${dateTimeOf(at)}`}>
      {durationOf(Math.max(1_000, now.value - at))}
    </time>
  );
}

/** Words of a collector or a server that say what is wrong. */
export function Failure({ text }: { text: string }): VNode | null {
  return text === "" ? null : (
    <pre class="failure" tabIndex={0}>
      {text}
    </pre>
  );
}

/** A part of a view with a heading. */
export function Card(props: {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
  wide?: boolean;
}): VNode {
  const { title, aside, children, wide = false } = props;
  return (
    <section class={wide ? "card wide" : "card"}>
      <header class="card-head">
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** A button that waits for what it has begun, and does not begin it twice. */
export function Doing(props: {
  act: () => Promise<void>;
  children: ComponentChildren;
  kind?: "primary" | "quiet" | "danger";
  disabled?: boolean;
  label?: string;
  describedBy?: string | undefined;
}): VNode {
  const { act, children, kind = "quiet", disabled = false, label, describedBy } = props;
  const [busy, setBusy] = useState(false);
  const begin = async (): Promise<void> => {
    setBusy(true);
    try {
      await act();
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      class={kind}
      disabled={disabled || busy}
      aria-busy={busy}
      aria-label={label}
      aria-describedby={describedBy}
      onClick={() => void begin()}
    >
      {children}
    </button>
  );
}

/** A text that can be taken along with one click. */
export function Copyable({ text, label }: { text: string; label: string }): VNode {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div class="copyable">
      <pre tabIndex={0}>{text}</pre>
      <button
        type="button"
        class="quiet small"
        aria-label={`Copy ${label}`}
        onClick={() => void copy().catch(() => setCopied(false))}
      >
        {copied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}

/** What stands where there is nothing. */
export function Nothing({ children }: { children: ComponentChildren }): VNode {
  return <p class="muted nothing">{children}</p>;
}

/** The outcome of something that was asked for; a screen reader says it. */
export function Outcome({ text, bad = false }: { text: string; bad?: boolean }): VNode {
  return (
    <div class={bad ? "outcome bad" : "outcome"} role="status">
      {text}
    </div>
  );
}
