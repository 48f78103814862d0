import type { Settings } from "../../supervisor/settings/settings.ts";

/** Values that the settings say are secret, so that they are found wherever they stand. */
export function knownSecrets(
  { server, agent, credentialVariables }: Settings,
  environment: ReadonlyMap<string, string>,
): readonly string[] {
  const { headers, headerCommands, proxy, tls, authExtension } = server;
  return [
    ...[...headers.values()].flat(),
    ...[...headerCommands.values()].flatMap((words) => words.slice(1)),
    ...[...proxy.headers.values()].flat(),
    ...[proxy.url, server.endpoint, ...server.fallbackEndpoints].flatMap(userIn),
    ...[...agent.env.values()].filter((value) => !/^[\d.]+$|^(?:true|false)$|^\//.test(value)),
    ...credentialVariables.map((name) => environment.get(name) ?? ""),
    ...(tls.key === undefined ? [] : [tls.key]),
    ...textsIn(authExtension),
  ];
}

function userIn(url: string | undefined): readonly string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { username, password } = new URL(url);
  return [username, password, decodeURIComponent(password)];
}

/** Names of files may stay: they are what a report is about. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return value.startsWith("/") || value.length < 8 ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
