const maxPathBytes = 1024;
const maxPartBytes = 200;
const maxDepth = 24;

/** A member's place as the parts of a relative path, or why there is none for it. An empty one is the top itself. */
export function partsOf(name: string): readonly string[] | { readonly fault: string } {
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);
  if (Buffer.byteLength(name) > maxPathBytes) return { fault: `a very long path, ${shown}` };
  if (/[\p{Cc}\p{Cs}\uFFFD\\]/u.test(name)) {
    return { fault: `a path with a backslash or control characters, ${shown}` };
  }
  if (name.startsWith("/") || /^[a-z]:/i.test(name)) return { fault: `an absolute path, ${shown}` };
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) return { fault: `a path that leads upwards, ${shown}` };
  if (parts.length > maxDepth || parts.some((part) => Buffer.byteLength(part) > maxPartBytes)) {
    return { fault: `a very long path, ${shown}` };
  }
  return parts;
}
