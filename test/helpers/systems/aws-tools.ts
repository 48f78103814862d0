import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const tools = join(homedir(), ".cache/opampsupervisor/tools");
const site = join(tools, "cfn-lint-1.58.0");

/** Why templates cannot be looked at here, or undefined where they can; installs what is needed for it, once. */
export function whyNoTemplates(): string | undefined {
  if (existsSync(join(site, "cfnlint"))) return undefined;
  const wish = ["cfn-lint==1.58.0", "botocore"];
  const args = ["-m", "pip", "install", "-q", "--target", site, ...wish, "--break-system-packages"];
  const { status, error } = spawnSync("python3", args);
  if (error !== undefined) return "python3 is not installed";
  return status === 0 ? undefined : "pip could not install cfn-lint";
}

/** Python with these packages; its words where it fails, else nothing. */
function python(args: readonly string[], input = ""): string {
  const env = { ...process.env, PYTHONPATH: site };
  const { status, stdout, stderr } = spawnSync("python3", args, { input, env });
  return status === 0 ? "" : `${stdout.toString()}${stderr.toString()}`;
}

/** What CloudFormation would find wrong with a template. */
export function lintTemplate(path: string): string {
  return python([join(site, "bin/cfn-lint"), "--regions", "eu-west-1", "--", path]);
}

const validation = `
import json, sys, botocore.session
model = botocore.session.get_session().get_service_model("ecs")
shape = model.operation_model("RegisterTaskDefinition").input_shape
from botocore.validate import validate_parameters
given = json.load(sys.stdin)
unknown = set(given) - set(shape.members)
container = model.shape_for("ContainerDefinition").members
for each in given["containerDefinitions"]: unknown |= set(each) - set(container)
if unknown: sys.exit("not known: " + ", ".join(sorted(unknown)))
validate_parameters(given, shape)
`;

/** What ECS would not take of a task definition: keys that it does not know, values of another kind. */
export function faultsOfTask(task: unknown): string {
  return python(["-c", validation], JSON.stringify(task));
}

/** The path of shellcheck: that of this system, or Debian's package unpacked; else why there is none. */
export function shellcheck():
  { readonly program: string } | { readonly program?: undefined; readonly reason: string } {
  if (spawnSync("shellcheck", ["--version"]).status === 0) return { program: "shellcheck" };
  const folder = join(tools, "shellcheck");
  const program = join(folder, "usr/bin/shellcheck");
  if (existsSync(program)) return { program };
  mkdirSync(folder, { recursive: true });
  const script =
    "apt-get download -q shellcheck && dpkg -x shellcheck_*.deb . && rm shellcheck_*.deb";
  spawnSync("sh", ["-c", script], { cwd: folder });
  return existsSync(program) ? { program } : { reason: "shellcheck is not installed" };
}
