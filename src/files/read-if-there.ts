import { readdirSync } from "node:fs";
import { systemCodeOf } from "../errors.ts";
import { readRegular, readRegularText } from "./regular-file.ts";

/** What a file holds, or undefined where there is none; throws when it cannot be read. */
export function bytesIfThere(path: string): Buffer | undefined {
  try {
    return readRegular(path);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The text of a file, or undefined where there is none; throws when it cannot be read. */
export function textIfThere(path: string): string | undefined {
  return bytesIfThere(path)?.toString("utf8");
}

/** The text of a file that may be gone at any moment, or not be for us; empty then. */
export function textOrNothing(path: string): string {
  try {
    return readRegularText(path);
  } catch {
    // Nothing is known of it.
    return "";
  }
}

/** The names in a folder that may be gone at any moment, or not be for us; none then. */
export function namesOrNothing(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Nothing is known of it.
    return [];
  }
}
