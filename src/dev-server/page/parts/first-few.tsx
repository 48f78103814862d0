import type { VNode } from "preact";
import { useState } from "preact/hooks";

const usually = 200;
const more = 1_000;

/** The items of a list of any length; of a long one the first, and the others as they are asked for. */
export function FirstFew<T>(props: {
  all: readonly T[];
  show: (one: T, index: number) => VNode;
  few?: number;
  /** What stands around the button, as the list wants it. */
  last: (button: VNode) => VNode;
}): VNode {
  const { all, show, last, few = usually } = props;
  const [count, setCount] = useState(few);
  const left = all.length - count;
  return (
    <>
      {all.slice(0, count).map(show)}
      {left > 0 &&
        last(
          <button type="button" class="quiet" onClick={() => setCount(count + more)}>
            Show {Math.min(left, more)} more of {all.length}
          </button>,
        )}
    </>
  );
}
