const millisecondsPerUnit: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5, the micro sign
  μs: 1e-3, // U+03BC, the Greek letter
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

const part = String.raw`(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h)`;
const wholeDuration = new RegExp(`^[+-]?(?:0|(?:${part})+)$`);
const eachPart = /(\d+\.?\d*|\.\d+)([a-z\u00b5\u03bc]+)/g;

/** Milliseconds of a Go duration (`1h2m3.5s`, `500ms`, `0`); undefined when the text is none. */
export function durationMs(text: string): number | undefined {
  if (!wholeDuration.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(eachPart)) {
    sum += Number(amount) * (millisecondsPerUnit[unit ?? ""] ?? 0);
  }
  return text.startsWith("-") && sum !== 0 ? -sum : sum;
}
