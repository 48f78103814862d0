/** What stands in an archive under one name. */
export interface Member {
  readonly name: string;
  readonly type: MemberType;
  /** As the archive says; the content may turn out to be longer or shorter. */
  readonly size: number;
  /** Somebody may execute it. */
  readonly isExecutable: boolean;
  /** To be read at once or never. */
  readonly content: AsyncIterable<Buffer>;
}

/** `other` is named in words: a link, a device, a pipe. */
export type MemberType =
  { readonly is: "file" | "directory" } | { readonly is: "other"; readonly what: string };
