/** The distribution of AWS, by the name that its program has and that its build information gives it. */
const aws = "aws-otel-collector";

/** What its program is called in its image, where nothing tells more of it than that. */
const inImage = "awscollector";

type Environment = Readonly<Record<string, string>>;

/**
 * What a distribution lacks in its environment to behave as a child of ours. The one of AWS else writes its log into a
 * file of its own and becomes another user, who cannot read its configuration.
 */
export function missingVariables(name: string, given: Environment): Environment {
  return name === aws && given["RUN_IN_CONTAINER"] === undefined
    ? { RUN_IN_CONTAINER: "True" }
    : {};
}

/** True for one that has no `nop` but `filelog` and `debug`, though nobody could ask it. */
export function lacksNop(name: string): boolean {
  return name === aws || name === inImage;
}
