import { expect, test } from "vitest";
import { hostAsker } from "../../src/cli/with-host.ts";
import { complete, createAgentFolder, settingsOf } from "../supervisor/settings/fixture-folder.ts";

const settingsWith = (detectors: string) =>
  settingsOf(
    createAgentFolder().read(
      complete(
        `  description: {detectors: [${detectors}], non_identifying_attributes: {written: mine}}\n`,
      ),
    ),
  );

test("what a detector said stays while it is silent, and goes when it is named no more", async () => {
  const environment = new Map([
    ["KUBERNETES_SERVICE_HOST", "10.0.0.1"],
    ["K8S_POD_NAME", "pod"],
    ["OTEL_RESOURCE_ATTRIBUTES", "a=1,written=theirs,k8s.pod.name=later"],
  ]);
  const ask = hostAsker(environment);
  const seen = async (detectors: string) => {
    const { settings, notes } = await ask(settingsWith(detectors));
    const {
      a,
      written,
      ["k8s.pod.name"]: pod,
    } = Object.fromEntries(settings.agent.nonIdentifyingAttributes);
    return { a, written, pod, silent: notes.length };
  };
  expect(await seen("kubernetes, env")).toEqual({
    a: "1",
    written: "mine",
    pod: "later",
    silent: 0,
  });
  environment.delete("OTEL_RESOURCE_ATTRIBUTES");
  expect(await seen("kubernetes, env")).toEqual({
    a: "1",
    written: "mine",
    pod: "later",
    silent: 1,
  });
  environment.delete("K8S_POD_NAME");
  environment.delete("KUBERNETES_SERVICE_HOST");
  expect(await seen("kubernetes")).toEqual({
    ...{ a: undefined, written: "mine", pod: "pod", silent: 1 },
  });
  expect(await seen("")).toEqual({ a: undefined, written: "mine", pod: undefined, silent: 0 });
});
