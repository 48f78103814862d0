import type { YAMLMap } from "yaml";
import { test, expect } from "vitest";
import {
  reachable,
  expand,
  enabledHealthCheck,
  probeTargetOf,
} from "../../src/agent-config/probe-target.ts";
import { parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";
import { baseLayer } from "../helpers/core/core-samples.ts";
import { render } from "../helpers/core/rendered.ts";

test("the probe follows TLS, the agent's environment and the operator's own address", () => {
  const text = (endpoint: string, more = ""): string =>
    `extensions:\n  health_check:\n    endpoint: ${endpoint}\n${more}service:\n  extensions: [health_check]\n`;
  const tls = render({ local: [baseLayer(text("localhost:1", "    tls: {cert_file: a}\n"))] });
  expect(tls.probe?.url).toBe("https://localhost:1/");
  const environment = new Map([["POD_IP", "10.0.0.7"]]);
  const pod = render({ local: [baseLayer(text("${env:POD_IP}:13133"))], environment });
  expect(pod.probe?.url).toBe("http://10.0.0.7:13133/");
  const operator = render({
    local: [baseLayer(text("localhost:1"))],
    probeOverride: "localhost:7",
  });
  expect(operator.probe?.url).toBe("http://localhost:7/");
});

function rootOf(text: string): YAMLMap {
  const layer = parseYamlLayer("a.yaml", text);
  if ("problem" in layer) throw new Error(layer.problem);
  return layer.root;
}

test.each([
  ["", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["::", "[::1]"],
  ["[::]", "[::1]"],
  ["fd00::1", "[fd00::1]"],
  ["[fd00::1]", "[fd00::1]"],
  ["pod.example", "pod.example"],
])("an agent that listens at %j is asked at %j", (written, host) => {
  expect(reachable(written)).toBe(host);
});

test.each([
  ["${env:NAME}:1", "here:1"],
  ["${NAME}:1", "here:1"],
  ["${env:NONE:-there}:1", "there:1"],
  ["${env:NONE}:1", ":1"],
  ["${env:NAME:-there}${env:NAME}", "herehere"],
  ["${file:/a}", "${file:/a}"],
])("%j is expanded to %j", (text, expanded) => {
  expect(expand(text, new Map([["NAME", "here"]]))).toBe(expanded);
});

test.each([
  ["{extensions: [zpages, health_check/b, health_check]}", "health_check/b"],
  ["{extensions: [health_checker]}", undefined],
  ["{extensions: health_check}", undefined],
  ["{}", undefined],
])("of %j the health check %j is asked", (service, id) => {
  expect(enabledHealthCheck(rootOf(`service: ${service}\n`))).toBe(id);
});

test.each([
  ["{}", undefined, "http://localhost:13133/"],
  ["{endpoint: 'https://probe.example/up'}", undefined, "https://probe.example/up"],
  ["{endpoint: localhost, path: ready}", undefined, "http://localhost:13133/ready"],
  ["{path: /ready}", "other:9", "http://other:9/ready"],
])("of %j with the operator's %j the address is %j", (written, override, url) => {
  const root = rootOf(
    `extensions: {health_check: ${written}}\nservice: {extensions: [health_check]}\n`,
  );
  expect(probeTargetOf(root, override, new Map())?.url).toBe(url);
});
