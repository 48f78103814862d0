import {
  type CST,
  type Document,
  type DocumentOptions,
  type ParseOptions,
  type SchemaOptions,
  Composer,
  Parser,
} from "yaml";

/** The first document of a text. */
export interface FirstDocument {
  /** Missing where there is none. */
  readonly document: Document.Parsed | undefined;
  /** Why it cannot be read. */
  readonly error: { readonly offset: number; readonly message: string } | undefined;
  /** Others follow. */
  readonly more: boolean;
}

type Report = (source: unknown, code: string, message: string, warning?: boolean) => void;

/**
 * As the first of `parseAllDocuments`, with the first of its errors alone. Each error costs a kilobyte and the time for
 * a stack trace, and each letter may be one: a megabyte of brackets took 19 s, and eight took all memory.
 */
export function readFirstDocument(
  text: string,
  options: ParseOptions & DocumentOptions & SchemaOptions,
): FirstDocument {
  const composer = new Composer(options);
  keepFirstError(composer);
  const tokens = new FirstTokens(text, options.lineCounter?.addNewLine);
  const [document] = composer.compose(tokens, false, text.length);
  // What is wrong within the document comes before what does not belong to it.
  return { document, error: errorOf(document) ?? tokens.error, more: tokens.more };
}

function errorOf(document: Document.Parsed | undefined): FirstDocument["error"] {
  const [error] = document?.errors ?? [];
  return error && { offset: error.pos[0], message: error.message };
}

/** The parser has no option for it. Its version is pinned, and the tests see whether this has an effect. */
function keepFirstError(composer: Composer): void {
  const report = Reflect.get(composer, "onError") as Report;
  let found = false;
  const reportFirst: Report = (source, code, message, warning = false) => {
    if (warning || found) return;
    // The parser goes down into the text by calling itself.
    if (code === "RESOURCE_EXHAUSTION") throw new RangeError(message);
    found = true;
    report(source, code, message, warning);
  };
  Reflect.set(composer, "onError", reportFirst);
}

/** The tokens of a text up to its second document, or to one that is an error itself. */
class FirstTokens implements Iterable<CST.Token> {
  more = false;
  error: FirstDocument["error"];
  readonly #text: string;
  readonly #parser: Parser;

  constructor(text: string, onNewLine?: (offset: number) => void) {
    this.#text = text;
    this.#parser = new Parser(onNewLine);
  }

  *[Symbol.iterator](): Generator<CST.Token> {
    let begun = false;
    for (const token of this.#parser.parse(this.#text)) {
      if (begun && (token.type === "document" || token.type === "directive")) {
        this.more = true;
        return;
      }
      begun ||= token.type === "document";
      if (token.type === "error") {
        const source = token.source === "" ? "" : `: ${JSON.stringify(token.source)}`;
        this.error = { offset: token.offset, message: `${token.message}${source}` };
        return;
      }
      yield token;
    }
  }
}
