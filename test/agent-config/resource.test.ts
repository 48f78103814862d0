import { test, expect } from "vitest";
import { renderConfig } from "../../src/agent-config/render-config.ts";
import type { RenderedConfig } from "../../src/agent-config/config.ts";
import { policy, baseLayer, uid, binary } from "../helpers/core/core-samples.ts";

const identifying = new Map([
  ["service.namespace", "sh$p"],
  ["shop.region", "eu"],
]);

function render(resource: string, changes: Partial<typeof policy> = {}): RenderedConfig {
  const text = `service: {telemetry: {resource: ${resource}}}\n`;
  const sources = { local: [baseLayer(text)], remote: undefined, uid, binary };
  const rendering = renderConfig(sources, { ...policy, ...changes });
  if ("problem" in rendering) throw new Error(rendering.problem);
  return rendering.config;
}

test.each([
  ['{service.name: shop, service.version: "1.10"}', { name: "shop", version: "1.10" }],
  ["{service.name: 'sh$$p', other: x}", { name: "sh$p" }],
  ["{service.name: '${env:NAME}'}", {}],
  ["{service.name: null}", {}],
  ["{attributes: [{name: service.namespace, value: n}, {name: a, value: b}]}", { namespace: "n" }],
])("what %s says of the agent is known as far as it is plain text", (resource, said) => {
  const expected = Object.entries(said).map(([key, value]) => [`service.${key}`, value]);
  expect(Object.entries(render(resource).resource).toSorted()).toEqual(expected.toSorted());
});

test("C-102 C-191 what the operator says of the agent is in its resource and on its series, over what else is written", () => {
  const inline = render("{service.namespace: other, a: b}", { identifying });
  expect(inline.text).toContain('service.namespace: "sh$$p"');
  expect(inline.text).toContain('shop.region: "eu"');
  expect(inline.text).not.toContain("other");
  expect(inline.text).toContain(
    'included: [ service.instance.id, service.name, service.version, "service.namespace", "shop.region" ]',
  );
  expect(inline.resource).toEqual({ "service.namespace": "sh$p" });
  const list = render("{attributes: [{name: service.namespace, value: other}]}", { identifying });
  expect(list.text).toContain('value: "sh$$p"');
  expect(list.text).not.toContain("other");
});
