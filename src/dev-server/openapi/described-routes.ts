import { describeApi } from "./openapi.ts";

/** Which methods a path takes; undefined: nothing is there. */
export type MethodsAt = (path: string) => readonly string[] | undefined;

const methods = ["get", "put", "post", "delete"];

/** The paths of the description with their methods: what is not described is not answered, so nothing can be left out of it. */
export function describedRoutes(): MethodsAt {
  const { paths } = describeApi();
  const found = Object.entries(paths).map(([path, item]) => {
    const taken = methods.filter((method) => method in item);
    return { path, taken: taken.map((method) => method.toUpperCase()) };
  });
  const whole = new Map(found.map(({ path, taken }) => [path, taken]));
  const patterns = found.filter(({ path }) => path.includes("{"));
  const matchers = patterns.map(({ path, taken }) => ({ is: matcherOf(path), taken }));
  return (path) => whole.get(path) ?? matchers.find(({ is }) => is.test(path))?.taken;
}

function matcherOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{[a-z]+\}/g, "[^/]*")}$`);
}
