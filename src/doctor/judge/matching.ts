/** Whether a name matches one segment of a pattern: `*`, `?`, `[a-z]`, `{a,b}`. What is no pattern matches itself. */
export function matching(segment: string, name: string): boolean {
  const source = [...segment.matchAll(/\*|\?|\[!?[^\]]+\]|\{[^{}]*\}|./gs)]
    .map(([part]) => sourceOf(part))
    .join("");
  try {
    return new RegExp(`^${source}$`, "s").test(name);
  } catch {
    // A range the wrong way round.
    return segment === name;
  }
}

function sourceOf(part: string): string {
  if (part === "*") return "[^/]*";
  if (part === "?") return "[^/]";
  if (part.length > 2 && part.startsWith("[")) {
    const inside = part.slice(1, -1).replaceAll("\\", "\\\\");
    return `[${inside.startsWith("!") ? `^${inside.slice(1)}` : inside}]`;
  }
  if (part.length > 1 && part.startsWith("{")) {
    return `(?:${part.slice(1, -1).split(",").map(wildly).join("|")})`;
  }
  return escaped(part);
}

function wildly(text: string): string {
  return text.split("*").map(escaped).join("[^/]*");
}

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&");
}
