import type { ComponentChildren, VNode } from "preact";
import { placeOf, type Tick } from "../words/chart-scales.ts";

/** The room of every picture, in its own units; the page stretches it. */
export const frame = { width: 600, height: 220, left: 44, right: 12, top: 10, bottom: 28 } as const;

/** The place of a value from 0 up. */
export function heightOf(value: number, highest: number): number {
  return placeOf(value, 0, highest, frame.height - frame.bottom, frame.top);
}

/** The place of a moment, or of a number of a thing. */
export function acrossOf(value: number, from: number, to: number): number {
  return placeOf(value, from, to, frame.left, frame.width - frame.right);
}

/** Axes with what is drawn between them; what it shows is said in words, too. */
export function ChartFrame(props: {
  label: string;
  left: readonly Tick[];
  below: readonly Tick[];
  children: ComponentChildren;
}): VNode {
  const { label, left, below, children } = props;
  const highest = left.at(-1)?.value ?? 1;
  const [first, last] = [below[0]?.value ?? 0, below.at(-1)?.value ?? 1];
  return (
    <svg class="chart" role="img" aria-label={label} viewBox={`0 0 ${frame.width} ${frame.height}`}>
      {left.map(({ value, text }) => (
        <g key={text}>
          <line
            class="grid"
            x1={frame.left}
            x2={frame.width - frame.right}
            y1={heightOf(value, highest)}
            y2={heightOf(value, highest)}
          />
          <text x={frame.left - 8} y={heightOf(value, highest) + 4} text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      {children}
      {below.map(({ value, text }, index) => (
        <text
          key={`${index} ${text}`}
          x={acrossOf(value, first, last)}
          y={frame.height - 8}
          text-anchor={index === 0 ? "start" : index === below.length - 1 ? "end" : "middle"}
        >
          {text}
        </text>
      ))}
    </svg>
  );
}
