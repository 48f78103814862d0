import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { builtPackage } from "../helpers/systems/built-packages.ts";
import { debianRoot, whyNoRoot } from "../helpers/systems/debian-root.ts";

const noRpm = spawnSync("rpm", ["--version"]).status === 0 ? undefined : "rpm is not installed";
const why = whyNoRoot() ?? noRpm;
const wants = "etc/systemd/system/multi-user.target.wants/opampsupervisor.service";

test.skipIf(why !== undefined)(
  `rpm: installed, upgraded and erased by rpm, with its scripts${why === undefined ? "" : ` (skipped: ${why})`}`,
  () => {
    const root = debianRoot();
    const rpm = (...args: string[]): string =>
      execFileSync("rpm", ["--root", root, ...args], { encoding: "utf8" });
    const inRoot = (...command: string[]): string =>
      execFileSync("chroot", [root, ...command], { encoding: "utf8" }).trim();
    const path = (name: string): string => join(root, name);
    const [old, next] = [builtPackage("rpm", "9.0.1"), builtPackage("rpm", "9.0.2")];
    rpm("--initdb");
    // The database of this root knows none of the libraries, which come from debs.
    expect(execFileSync("rpm", ["-qp", "--requires", old], { encoding: "utf8" })).toContain(
      "libc.so.6(GLIBC_2.28)(64bit)",
    );

    rpm("--nodeps", "-i", old);
    expect(inRoot("opampsupervisor", "version")).toBe("9.0.1");
    expect(inRoot("getent", "passwd", "opampsupervisor")).toMatch(
      /:\/var\/lib\/opampsupervisor:\/sbin\/nologin$/,
    );
    expect(readlinkSync(path(wants))).toBe("/lib/systemd/system/opampsupervisor.service");
    expect(inRoot("opampsupervisor", "schema")).toBe(
      readFileSync(path("usr/lib/opampsupervisor/supervisor.schema.json"), "utf8").trim(),
    );
    const completions = [
      "usr/share/bash-completion/completions/opampsupervisor",
      "usr/share/zsh/site-functions/_opampsupervisor",
      "usr/share/fish/vendor_completions.d/opampsupervisor.fish",
    ].map(path);
    expect(completions.map((each) => statSync(each).mode & 0o777)).toEqual([0o644, 0o644, 0o644]);
    const cache = path("usr/lib/opampsupervisor/dist/opampsupervisor.cjs.cache");
    expect(statSync(cache).mode & 0o777).toBe(0o644);
    expect(existsSync(path("etc/opampsupervisor/supervisor.yaml"))).toBe(false);

    // Somebody changes the example, writes settings, and disables the service: an upgrade leaves all of it.
    const example = path("etc/opampsupervisor/supervisor.yaml.example");
    appendFileSync(example, "# mine\n");
    writeFileSync(path("etc/opampsupervisor/supervisor.yaml"), "server: {}\n");
    inRoot("systemctl", "disable", "opampsupervisor");
    rpm("--nodeps", "-U", next);
    expect(inRoot("opampsupervisor", "version")).toBe("9.0.2");
    expect(rpm("-q", "opampsupervisor").trim()).toMatch(/^opampsupervisor-9\.0\.2-1/);
    expect(readFileSync(example, "utf8")).toMatch(/# mine\n$/);
    expect(existsSync(path(wants))).toBe(false);
    expect(existsSync(cache)).toBe(true);
    expect(rpm("-V", "--nodeps", "--noconfig", "opampsupervisor")).toBe("");

    inRoot("systemctl", "enable", "opampsupervisor");
    rpm("-e", "opampsupervisor");
    expect(existsSync(path("usr/lib/opampsupervisor"))).toBe(false);
    expect(existsSync(path("usr/bin/opampsupervisor"))).toBe(false);
    expect(completions.filter((each) => existsSync(each))).toEqual([]);
    expect(existsSync(path(wants))).toBe(false);
    expect(readFileSync(path("etc/opampsupervisor/supervisor.yaml"), "utf8")).toBe("server: {}\n");
    expect(readFileSync(`${example}.rpmsave`, "utf8")).toMatch(/# mine\n$/);
  },
  900_000,
);
