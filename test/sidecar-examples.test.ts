import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments, parse } from "yaml";
import { defaultHealthEndpoint } from "../src/agent-config/probe-target.ts";
import { program } from "./helpers/e2e/daemon.ts";
import { remoteOf } from "./helpers/core/core-samples.ts";
import { render } from "./helpers/core/rendered.ts";
import { createFolder, brief, settingsOf } from "./supervisor/settings/fixture-folder.ts";

const folder = join(import.meta.dirname, "../examples/sidecar");
const text = (name: string): string => readFileSync(join(folder, name), "utf8");

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly restartPolicy: string;
  readonly startupProbe: {
    readonly httpGet: { readonly path: string; readonly port: string };
  };
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom: { readonly secretKeyRef?: unknown };
  }[];
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly livenessProbe?: { readonly periodSeconds: number; readonly failureThreshold: number };
  readonly securityContext: { readonly runAsUser: number };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Deployment {
  readonly kind: string;
  readonly spec: { readonly template: Pod };
}

interface Pod {
  readonly spec: {
    readonly automountServiceAccountToken: boolean;
    readonly containers: readonly [Container];
    readonly shareProcessNamespace: boolean;
    readonly terminationGracePeriodSeconds: number;
    readonly securityContext: { readonly fsGroup: number };
    readonly initContainers: readonly [Container, Container];
  };
}

interface Task {
  readonly pidMode: string;
  readonly executionRoleArn: string;
  readonly taskRoleArn: string;
  readonly containerDefinitions: readonly {
    readonly name: string;
    readonly user?: string;
    readonly logConfiguration?: { readonly logDriver: string };
    readonly command?: readonly string[];
    readonly restartPolicy?: { readonly enabled: boolean };
    readonly stopTimeout?: number;
    readonly dependsOn?: readonly { readonly containerName: string; readonly condition: string }[];
    readonly environment: readonly { readonly name: string; readonly value: string }[];
    readonly healthCheck?: { readonly command: readonly string[] };
  }[];
}

const paths = [
  "/etc/opampsupervisor/local.yaml",
  "/etc/opampsupervisor/probes.yaml",
  "/etc/opamp/authorization",
  "/state/local.yaml",
  "./local.yaml",
];

/** The settings as `check` reads them, with the files that they name put beside them. */
function check(yaml: string) {
  const host = createFolder();
  for (const path of paths) host.write(basename(path), "a: b\n");
  const moved = paths.reduce((text, path) => text.replace(path, basename(path)), yaml);
  const pod = { POD_NAMESPACE: "n", POD_NAME: "p", NODE_NAME: "m" };
  const read = host.read(moved, { OPAMP_TOKEN: "abcdef", ...pod });
  expect(brief(read.problems)).toEqual([]);
  return settingsOf(read);
}

test("the pods have what attach needs, and their supervisor.yaml is good", () => {
  const [, map, deployment] = parseAllDocuments(text("kubernetes.yaml")).map(
    (document) => document.toJS() as unknown,
  ) as [unknown, { data: Record<string, string> }, Deployment];
  const { agent, healthPage } = check(map.data["supervisor.yaml"] ?? "");
  const { spec } = deployment.spec.template;
  const [supervisor, collector] = spec.initContainers;
  expect(deployment.kind).toBe("Deployment");
  expect(spec.shareProcessNamespace).toBe(true);
  expect(spec.automountServiceAccountToken).toBe(false);
  expect([supervisor, collector].map((each) => each.restartPolicy)).toEqual(["Always", "Always"]);
  // In the order of the list, each after the startup probe of the one before.
  expect(supervisor.name).toBe("opampsupervisor");
  expect(supervisor.startupProbe.httpGet).toEqual({ path: "/health", port: "supervisor" });
  expect(supervisor.ports).toEqual([{ name: "supervisor", containerPort: healthPage?.port }]);
  expect(collector.args).toEqual([`--config=${agent.attach?.configPath ?? ""}`]);
  for (const { volumeMounts } of [supervisor, collector]) {
    expect(volumeMounts).toContainEqual(expect.objectContaining({ mountPath: "/shared" }));
  }
  expect(collector.ports[0]?.containerPort).toBe(Number(defaultHealthEndpoint.split(":")[1]));
  const { periodSeconds = 0, failureThreshold = 0 } = collector.livenessProbe ?? {};
  expect(periodSeconds * failureThreshold * 1000, "longer than a reload").toBeGreaterThan(15_000);
  expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(agent.stopTimeoutMs);
  expect((agent.attach?.configMode ?? 0) & 0o040, "its group may read").not.toBe(0);
  for (const { resources } of [supervisor, collector])
    expect(resources.limits.memory).toMatch(/Mi$/);
});

test("the application's user is not the supervisor's, whose token stands in no variable", () => {
  const [, map, deployment] = parseAllDocuments(text("kubernetes.yaml")).map(
    (document) => document.toJS() as unknown,
  ) as [unknown, { data: Record<string, string> }, Deployment];
  const { initContainers, containers } = deployment.spec.template.spec;
  const [supervisor, collector] = initContainers;
  const users = [supervisor, collector, containers[0]].map((one) => one.securityContext.runAsUser);
  expect(users).toEqual([10001, 10001, 10002]);
  expect(supervisor.env?.filter(({ valueFrom }) => valueFrom.secretKeyRef !== undefined)).toEqual(
    [],
  );
  expect(check(map.data["supervisor.yaml"] ?? "").server).toBeDefined();
});

test("no server can take away what the probes of the pod ask", () => {
  const [, map] = parseAllDocuments(text("kubernetes.yaml")).map(
    (document) => document.toJS() as unknown,
  ) as [unknown, { data: Record<string, string> }];
  const offers = [
    "extensions: {health_check: }",
    "extensions: ",
    "service: {extensions: }",
    "extensions: {health_check: {endpoint: 'localhost:13133'}}",
  ];
  for (const offer of offers) {
    const { text: merged } = render({
      local: [
        { name: "local.yaml", text: map.data["local.yaml"] ?? "", place: "base" },
        { name: "probes.yaml", text: map.data["probes.yaml"] ?? "", place: "protected" },
      ],
      remote: remoteOf("r", `${offer}\n`),
    });
    const { extensions, service } = parse(merged) as Record<string, Record<string, unknown>>;
    expect(extensions?.["health_check"]).toEqual({ endpoint: "0.0.0.0:13133" });
    expect(service?.["extensions"]).toContain("health_check");
  }
});

test("the check in examples/sidecar/README.md says that the pod's settings are good", () => {
  const [, map] = parseAllDocuments(text("kubernetes.yaml"));
  const { data } = map?.toJS() as { data: Record<string, string> };
  const host = createFolder();
  for (const name of ["local.yaml", "probes.yaml"]) host.write(name, data[name] ?? "");
  const settings = (data["supervisor.yaml"] ?? "")
    .replace(/\/etc\/opampsupervisor\/(local|probes)\.yaml/g, "./$1.yaml")
    .replace("/shared/effective.yaml", "./effective.yaml")
    .replace("/etc/opamp/authorization", "./authorization")
    .replace("/state/storage", "./storage");
  host.write("authorization", "Bearer x");
  host.write("supervisor.yaml", settings);
  const [, command = ""] = /```sh\n(.*?)\n```/s.exec(text("README.md")) ?? [];
  const typed = command.replace("opampsupervisor", `"${process.execPath}" "${program}"`);
  const said = execFileSync("sh", ["-e", "-c", typed], { cwd: host.path, encoding: "utf8" });
  expect(said).toContain("supervisor.yaml is good (0 errors, 0 warnings)");
});

test("the ECS task has what attach needs, and its supervisor.yaml is good", () => {
  const task = JSON.parse(text("ecs-task.json")) as Task;
  const [supervisor, collector, application] = task.containerDefinitions;
  const yaml = supervisor?.environment.find(({ name }) => name === "SUPERVISOR_YAML")?.value ?? "";
  const { agent } = check(yaml);
  expect(agent.attach?.executable, "what the image's program is called").toBe("awscollector");
  expect([task.executionRoleArn, task.taskRoleArn]).toEqual([
    expect.stringMatching(/^arn:aws:iam::/),
    expect.stringMatching(/^arn:aws:iam::/),
  ]);
  for (const each of task.containerDefinitions) {
    expect(each.logConfiguration?.logDriver).toBe("awslogs");
  }
  expect(task.pidMode).toBe("task");
  expect(supervisor?.user).toBe(collector?.user);
  expect(application?.user, "it must not read the token").toMatch(/^[1-9]/);
  const settings = "/state/supervisor.yaml";
  const asked = ["CMD", "opampsupervisor", "healthcheck", `--config=${settings}`];
  expect(supervisor?.healthCheck?.command).toEqual(asked);
  expect(supervisor?.command?.[0]).toContain(`> ${settings}`);
  expect(collector?.command).toEqual([`--config=${agent.attach?.configPath ?? ""}`]);
  const healthy = (containerName: string) => [{ containerName, condition: "HEALTHY" }];
  expect(collector?.dependsOn).toEqual(healthy("opampsupervisor"));
  expect(application?.dependsOn).toEqual(healthy("collector"));
  expect((collector?.stopTimeout ?? 0) * 1000).toBeGreaterThanOrEqual(agent.stopTimeoutMs);
  expect(agent.attach?.mayEnd, "a container that is ended is started again").toBe(
    collector?.restartPolicy?.enabled,
  );
});

test("both are explained, and the settings in docs/attach.md are good", () => {
  for (const name of ["kubernetes.yaml", "ecs-task.json"]) {
    expect(text("README.md")).toContain(name);
  }
  const docs = readFileSync(join(folder, "../../docs/attach.md"), "utf8");
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(docs) ?? [];
  expect(check(yaml).agent.attach?.executable).toBe("otelcol");
});
