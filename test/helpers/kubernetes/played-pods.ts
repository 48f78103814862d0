import type { RealApi } from "./real-api.ts";
import { objectOf, pods } from "./cluster.ts";

/** What kubelet says of a pod whose collector ends. */
export const crashed: object = {
  ...{ phase: "Running", conditions: [{ type: "Ready", status: "False" }] },
  containerStatuses: [
    {
      ...{ name: "collector", image: "x", imageID: "", ready: false, restartCount: 1 },
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 1, reason: "Error" } },
    },
  ],
};

const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };

interface SeenPod {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly status: { readonly conditions?: readonly { readonly type: string }[] };
}

/**
 * There is no kubelet: what it would say of each new pod is said here, by the hash of its configuration. Gives back what
 * ends it.
 */
export function playPods(
  { admin }: Pick<RealApi, "admin">,
  crashes: (hash: string | undefined) => Promise<boolean>,
): () => Promise<void> {
  const over = new AbortController();
  const play = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const { items = [] } = objectOf(await admin("GET", pods)) as { items?: readonly SeenPod[] };
      for (const { metadata, status } of items) {
        if (status.conditions?.some(({ type }) => type === "Ready") === true) continue;
        const isBad = await crashes(metadata.annotations?.["opampsupervisor/config-hash"]);
        const said = { status: isBad ? crashed : ready };
        const path = `${pods}/${metadata.name}/status`;
        await admin("PATCH", path, said, "application/merge-patch+json");
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const playing = play();
  return async () => {
    over.abort();
    await playing;
  };
}
