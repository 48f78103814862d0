import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { rowWindow, type RowWindow } from "../words/row-window.ts";

/** As in the style sheet: a row of the table, and one where the screen is narrow. */
const rowPx = { wide: 44, narrow: 88 } as const;
const narrow = "(max-width: 760px)";

/** Which rows can be seen while the page is scrolled. */
export function useRowWindow(body: RefObject<HTMLElement | null>, count: number): RowWindow {
  const [seen, setSeen] = useState({ scrolledPx: 0, heightPx: innerHeight, rowPx: rowHeight() });
  useEffect(() => {
    const at = { frame: 0 };
    const look = (): void => {
      at.frame = 0;
      const topPx = body.current?.getBoundingClientRect().top ?? 0;
      const next = { scrolledPx: -topPx, heightPx: innerHeight, rowPx: rowHeight() };
      setSeen((before) => (sameRows(before, next) ? before : next));
    };
    const lookSoon = (): void => {
      if (at.frame === 0) at.frame = requestAnimationFrame(look);
    };
    look();
    addEventListener("scroll", lookSoon, { passive: true });
    addEventListener("resize", lookSoon);
    return () => {
      cancelAnimationFrame(at.frame);
      removeEventListener("scroll", lookSoon);
      removeEventListener("resize", lookSoon);
    };
  }, [body]);
  return rowWindow(count, seen.rowPx, seen.scrolledPx, seen.heightPx);
}

function rowHeight(): number {
  return matchMedia(narrow).matches ? rowPx.narrow : rowPx.wide;
}

interface Seen {
  readonly scrolledPx: number;
  readonly heightPx: number;
  readonly rowPx: number;
}

/** There are spare rows above and below: a few pixels more change nothing. */
function sameRows(one: Seen, other: Seen): boolean {
  return (
    one.rowPx === other.rowPx &&
    one.heightPx === other.heightPx &&
    Math.abs(one.scrolledPx - other.scrolledPx) < 4 * one.rowPx
  );
}
