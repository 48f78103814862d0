import type { ComponentChildren, VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

/** A question or a form before everything else; Escape closes it. */
export function DialogBox(props: {
  title: string;
  close: () => void;
  children: ComponentChildren;
}): VNode {
  const { title, close, children } = props;
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const asked = document.activeElement;
    box.current?.showModal();
    return () => {
      if (asked instanceof HTMLElement) asked.focus();
    };
  }, []);
  return (
    <dialog ref={box} aria-labelledby={titleId} onClose={close}>
      <header class="card-head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="quiet small" onClick={close}>
          Close
        </button>
      </header>
      {children}
    </dialog>
  );
}
