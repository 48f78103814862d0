import type { EnvInherit } from "../core/inherited-environment.ts";
import type { Reading } from "./reading.ts";

const path = "agent.env_inherit";

/** `agent.env_inherit`: one of two words, or names of variables. */
export function readEnvInherit(reading: Reading): EnvInherit {
  const entries = reading.texts(path);
  const [first] = entries;
  if (entries.length === 1 && (first === "all" || first === "without-credentials")) return first;
  for (const [index, entry] of entries.entries()) {
    if (/^(?!all$)[A-Za-z_*][\w*]*$/.test(entry)) continue;
    const place = `${path}[${index}]`;
    const message =
      "expected all or without-credentials alone, or names of variables in which * stands for anything";
    reading.error("value-invalid", place, `${message}; found ${reading.quoted(place)}`);
  }
  return entries;
}
