import { useEffect, useState } from "preact/hooks";
import { post } from "./ask-server.ts";
import type { TextFile } from "../words/text-file.ts";
import type { CheckBody, ConfigProblem } from "../../shapes/api-shapes.ts";

/** A moment without typing before the server is asked. */
const quietMs = 400;

/** What the server finds in a configuration. */
export interface Check {
  readonly problems: readonly ConfigProblem[];
  /** Undefined: nothing was checked yet; a text: why it could not be. */
  readonly checked: string | undefined;
  readonly checkNow: () => void;
}

/** Has a configuration checked whenever somebody has stopped typing. */
export function useCheck(files: readonly TextFile[], uid: string | undefined): Check {
  const [found, setFound] = useState<Omit<Check, "checkNow">>({ problems: [], checked: undefined });
  const [asked, setAsked] = useState(0);
  const text = JSON.stringify(files);
  useEffect(() => {
    const at = { gone: false };
    const check = async (): Promise<void> => {
      const body: CheckBody = {
        files: Object.fromEntries(files.map((file) => [file.name, file.text])),
        ...(uid === undefined ? {} : { uid }),
      };
      const answer = await post<{ problems: readonly ConfigProblem[] }>("/api/check", body);
      if (at.gone) return;
      setFound(
        answer.ok
          ? { problems: answer.value.problems, checked: "" }
          : { problems: [], checked: answer.text },
      );
    };
    if (files.every((file) => file.text.trim() === "")) {
      setFound({ problems: [], checked: undefined });
      return undefined;
    }
    const timer = setTimeout(() => void check(), quietMs);
    return () => {
      at.gone = true;
      clearTimeout(timer);
    };
  }, [text, uid, asked]);
  return { ...found, checkNow: () => setAsked(asked + 1) };
}
