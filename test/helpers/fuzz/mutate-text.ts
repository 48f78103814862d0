import fc from "fast-check";

/** What hands, editors and disks do to a text. */
type Harm =
  | { readonly do: "remove-line" | "repeat-line" | "swap-lines" | "uncomment" | "cut"; at: number }
  | { readonly do: "insert" | "replace" | "indent"; at: number; text: string };

const pieces = fc.oneof(
  fc.constantFrom(
    ...[
      "\t",
      "\n",
      "\r",
      "\0",
      ":",
      ": ",
      "- ",
      "[",
      "]",
      "{",
      "}",
      "'",
      '"',
      "|",
      ">",
      "&a ",
      "*a",
    ],
    ...[
      "<<: ",
      "!!binary ",
      "!x ",
      "? ",
      "%YAML 1.1\n",
      "---\n",
      "...\n",
      "#",
      "@",
      "`",
      "${",
      "${env:",
    ],
    ...[
      "${file:/etc/hostname}",
      "${A:-${B}}",
      "$$",
      "~",
      "null",
      "true",
      "-1",
      "1e400",
      "0x10",
      ".nan",
    ],
    ...[
      "99999999999999999999",
      "2020-01-01",
      "1h",
      "1d",
      "-5s",
      "__proto__",
      "constructor",
      "\ufeff",
    ],
    ...[
      "\ud800",
      "\u2028",
      "é",
      "/dev/zero",
      "/proc/self/environ",
      "file:",
      "env:A",
      "[".repeat(300),
    ],
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);

const harm: fc.Arbitrary<Harm> = fc.oneof(
  fc.record({
    do: fc.constantFrom("remove-line", "repeat-line", "swap-lines", "uncomment", "cut"),
    at: fc.nat(),
  }),
  fc.record({ do: fc.constantFrom("insert", "replace"), at: fc.nat(), text: pieces }),
  fc.record({
    do: fc.constant("indent" as const),
    at: fc.nat(),
    text: fc.constantFrom(" ", "  ", ""),
  }),
);

/** A text as it is after a few harms; most of it is what it was. */
export function mutated(text: string): fc.Arbitrary<string> {
  return fc.array(harm, { minLength: 1, maxLength: 8 }).map((harms) => harms.reduce(harmed, text));
}

function harmed(text: string, harm: Harm): string {
  const lines = text.split("\n");
  const line = harm.at % lines.length;
  const place = harm.at % (text.length + 1);
  switch (harm.do) {
    case "remove-line":
      return lines.toSpliced(line, 1).join("\n");
    case "repeat-line":
      return lines.toSpliced(line, 0, lines[line]!).join("\n");
    case "swap-lines":
      return lines.toSpliced(line, 2, ...lines.slice(line, line + 2).reverse()).join("\n");
    case "uncomment":
      return lines.with(line, lines[line]!.replace("#", "")).join("\n");
    case "cut":
      // Mostly near the end, so that something is left.
      return text.slice(0, Math.max(0, text.length - (harm.at % 2_000)));
    case "insert":
      return text.slice(0, place) + harm.text + text.slice(place);
    case "replace":
      return text.slice(0, place) + harm.text + text.slice(place + harm.text.length);
    case "indent":
      return lines.with(line, harm.text + lines[line]!.trimStart()).join("\n");
  }
}
