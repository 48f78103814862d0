/** One file of a configuration. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** Files as the server wants them. */
export function filesBody(files: readonly TextFile[]): {
  readonly files: Readonly<Record<string, string>>;
} {
  return { files: Object.fromEntries(files.map(({ name, text }) => [name, text])) };
}

/** Whether two sets of files say the same. */
export function sameFiles(one: readonly TextFile[], other: readonly TextFile[]): boolean {
  const textOf = (files: readonly TextFile[]): string =>
    JSON.stringify(files.map(({ name, text }) => [name, text]).sort());
  return textOf(one) === textOf(other);
}

/** A configuration to begin with. */
export const exampleFiles: readonly TextFile[] = [
  {
    name: "",
    text: `receivers:
  hostmetrics:
    collection_interval: 10s
    scrapers:
      cpu:
      memory:
exporters:
  debug:
    verbosity: detailed
service:
  pipelines:
    metrics:
      receivers: [hostmetrics]
      exporters: [debug]
`,
  },
];
