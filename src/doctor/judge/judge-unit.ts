import { type Finding, fine, warning } from "./finding.ts";

/** A unit of systemd that runs this program, as its files say. */
export interface UnitFacts {
  readonly path: string;
  /** Last value of each key, drop-ins included. */
  readonly values: ReadonlyMap<string, string>;
  /** The lines that start something. */
  readonly starts: string;
}

/** What of the settings matters to a unit. */
export interface UnitWishes {
  /** The file that the doctor was given. */
  readonly file: string;
  readonly leftover: "stop" | "adopt";
  readonly attached: boolean;
  readonly user: string;
  /** Sentences on who would kill the supervisor too early. */
  readonly tooShort: readonly string[];
}

/** Whether what starts and stops the supervisor lets it do its work. */
export function judgeUnits(
  units: readonly UnitFacts[],
  wishes: UnitWishes,
  pod: string | undefined,
): readonly Finding[] {
  const short = wishes.tooShort.map((each) => {
    const [found = each, advice = ""] = each.split(/: (?=raise)/);
    return warning("unit.stop", found, advice);
  });
  const mine = units.filter(({ starts }) => units.length === 1 || starts.includes(wishes.file));
  const all = [...short, ...mine.flatMap((unit) => judgeUnit(unit, wishes))];
  if (all.length > 0) return all;
  if (mine.length > 0) {
    return mine.map(({ path }) => fine("unit", `the unit ${path} fits these settings`));
  }
  return [
    fine(
      "unit",
      pod === undefined
        ? "no unit of systemd on this machine starts the supervisor"
        : `this is ${pod}, whose limits fit these settings`,
    ),
  ];
}

function judgeUnit({ path, values, starts }: UnitFacts, wishes: UnitWishes): readonly Finding[] {
  const findings: Finding[] = [];
  const mode = values.get("KillMode") ?? "control-group";
  const edit = `sudo systemctl edit ${path.split("/").at(-1) ?? ""}`;
  if (wishes.leftover === "adopt" && mode !== "process" && !wishes.attached) {
    findings.push(
      warning(
        "unit.kill_mode",
        `the unit ${path} has KillMode=${mode}, so systemd ends the agent together with a supervisor that dies, and agent.leftover: adopt finds nothing`,
        "set KillMode=process in its section [Service]",
        edit,
      ),
    );
  }
  if (mode === "none") {
    findings.push(
      warning(
        "unit.kill_mode",
        `the unit ${path} has KillMode=none, with which an agent that hangs is never ended`,
        "take it out, or set KillMode=mixed",
        edit,
      ),
    );
  }
  const restart = values.get("Restart") ?? "no";
  if (restart === "no") {
    findings.push(
      warning(
        "unit.restart",
        `the unit ${path} does not start the supervisor again when it dies (Restart=no)`,
        "set Restart=always in its section [Service]",
        edit,
      ),
    );
  }
  const user = values.get("User") ?? "root";
  const dynamic = values.get("DynamicUser") === "yes" || values.get("DynamicUser") === "true";
  if (!dynamic && user !== wishes.user) {
    const found = `the unit ${path} runs the supervisor as ${user}, and this command runs as ${wishes.user}: rights were looked at for ${wishes.user} only`;
    findings.push(
      warning(
        "user",
        found,
        "run this command as that user",
        `sudo -u ${user} opampsupervisor doctor --config ${wishes.file}`,
      ),
    );
  }
  if (!starts.includes(wishes.file)) {
    findings.push(
      warning(
        "unit.config",
        `the unit ${path} starts the supervisor with another file than ${wishes.file}`,
        "give this command the file of the unit",
        `grep -h ExecStart ${path}`,
      ),
    );
  }
  return findings;
}
