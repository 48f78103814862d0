import { test, expect } from "vitest";
import { withTelemetryPlace } from "../../src/agent-config/place-layer.ts";
import { assemble } from "../../src/agent-config/render-config.ts";
import { configText, baseLayer, uid, binary, policy } from "../helpers/core/core-samples.ts";

const connection = { headers: [], certificate: undefined, tls: undefined, proxy: undefined };
const plain = { endpoint: "https://telemetry.example/v1/metrics", ...connection };
const pipelines = configText("base");

test("$OWN_TELEMETRY_CONFIG among the files sets the place", () => {
  const two = [baseLayer(pipelines), { ...baseLayer("processors: {batch: }\n"), name: "two.yaml" }];
  const placed = withTelemetryPlace(two, ["base.yaml", "$OWN_TELEMETRY_CONFIG", "two.yaml"]);
  const assembly = assemble(
    {
      ...{ local: placed, remote: undefined, uid, binary },
      connections: { telemetry: { metrics: plain }, others: [] },
    },
    policy,
  );
  if ("problem" in assembly) throw new Error(assembly.problem);
  expect(assembly.join?.layers.map(({ name }) => name)).toEqual([
    "base.yaml",
    "own telemetry offered by the server",
    "two.yaml",
    "the supervisor",
  ]);
  expect(withTelemetryPlace(two, ["base.yaml", "two.yaml"])).toBe(two);
  const after = withTelemetryPlace(two, ["base.yaml", "$REMOTE_CONFIG", "$OWN_TELEMETRY_CONFIG"]);
  expect(after.at(-1)).toMatchObject({ place: "over", forTelemetry: true });
});
