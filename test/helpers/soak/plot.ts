import { columns, type Sample, shown } from "./samples.ts";

const [width, height, gap, left, top] = [420, 120, 34, 60, 56] as const;

/** The samples as a picture: a small plot for each column, over time; `title` says what was run. */
export function plotOf(samples: readonly Sample[], title: string): string {
  const plotted = columns.filter((column) => column !== "seconds");
  const rows = Math.ceil(plotted.length / 2);
  const whole = { width: 2 * (width + left) + gap, height: top + rows * (height + gap) + gap };
  const panels = plotted.map((column, at) => {
    const x = left + (at % 2) * (width + left + gap / 2);
    const y = top + Math.floor(at / 2) * (height + gap) + gap / 2;
    return `<g transform="translate(${x},${y})">${panel(samples, column)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${whole.width}" height="${whole.height}" font-family="sans-serif" font-size="11">`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    `<text x="${left}" y="26" font-size="15">${escaped(title)}</text>`,
    ...panels,
    "</svg>",
    "",
  ].join("\n");
}

/** The axis begins at nothing: what only looks like growth does not frighten. */
function panel(samples: readonly Sample[], column: keyof Sample): string {
  const longest = Math.max(1, ...samples.map(({ seconds }) => seconds));
  const most = Math.max(...samples.map((sample) => sample[column]), 0);
  const scale = most === 0 ? 1 : most * 1.1;
  const points = samples.map((sample) => {
    const x = (sample.seconds / longest) * width;
    return `${x.toFixed(1)},${(height - (sample[column] / scale) * height).toFixed(1)}`;
  });
  const last = samples.at(-1)?.[column] ?? 0;
  return [
    `<rect width="${width}" height="${height}" fill="none" stroke="#c8c8c8"/>`,
    `<text x="0" y="-5" font-weight="bold">${column}</text>`,
    `<text x="${width}" y="-5" text-anchor="end">at most ${shown(most)}, at the end ${shown(last)}</text>`,
    `<text x="-6" y="${height}" text-anchor="end">0</text>`,
    `<text x="-6" y="10" text-anchor="end">${shown(scale)}</text>`,
    `<text x="${width}" y="${height + 13}" text-anchor="end">${shown(longest)} s</text>`,
    `<polyline points="${points.join(" ")}" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>`,
  ].join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
