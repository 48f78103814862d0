import { useEffect, useState } from "preact/hooks";
import type { Target } from "../../shapes/api-shapes.ts";
import type { SharedComponents } from "../../shapes/component-shapes.ts";
import { sharedTypes } from "../words/shared-types.ts";
import type { Components } from "../words/yaml-place.ts";
import { post } from "./ask-server.ts";
import { useConsole } from "./console-store.ts";

/** A moment without typing, or without change in the fleet, before the server is asked. */
const quietMs = 400;

/** What the agents of a target are made of; nothing while it is not known. */
export function useSharedComponents(to: Target | undefined): Components {
  const { counts } = useConsole();
  const [found, setFound] = useState<{ readonly about: string; readonly types: Components }>({
    about: "",
    types: [],
  });
  const about = to === undefined ? "" : JSON.stringify(to);
  // An agent says what it is made of soon after it has come, and its health with it.
  const moment = JSON.stringify(counts.value);
  useEffect(() => {
    if (to === undefined) return undefined;
    const at = { gone: false };
    const look = async (): Promise<void> => {
      const answer = await post<SharedComponents>("/api/components", { to });
      if (!at.gone && answer.ok) setFound({ about, types: sharedTypes(answer.value) });
    };
    const timer = setTimeout(() => void look(), quietMs);
    return () => {
      at.gone = true;
      clearTimeout(timer);
    };
  }, [about, moment]);
  return found.about === about ? found.types : [];
}
