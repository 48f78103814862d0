/** What the server answered; `text` is for people: why it refused, or what it has to say. */
export type Answered<T> =
  | { readonly ok: true; readonly value: T; readonly text: string }
  | { readonly ok: false; readonly status: number; readonly text: string };

/** Reads something. */
export function get<T>(path: string): Promise<Answered<T>> {
  return ask<T>("GET", path);
}

/** Asks for something to be done. */
export function post<T>(path: string, body: object): Promise<Answered<T>> {
  return ask<T>("POST", path, body);
}

/** Keeps something under a name. */
export function put<T>(path: string, body: object): Promise<Answered<T>> {
  return ask<T>("PUT", path, body);
}

/** Gives something up. */
export function remove(path: string): Promise<Answered<object>> {
  return ask<object>("DELETE", path);
}

async function ask<T>(method: string, path: string, body?: object): Promise<Answered<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers: method === "GET" ? {} : { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const value = (await response.json()) as T;
    const text = textOf(value);
    return response.ok ? { ok: true, value, text } : { ok: false, status: response.status, text };
  } catch {
    return { ok: false, status: 0, text: "The server does not answer." };
  }
}

function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  if ("error" in value && typeof value.error === "string") return value.error;
  return "why" in value && typeof value.why === "string" ? value.why : "";
}
