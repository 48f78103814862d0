import type { AuthExtension, BearerAuth, TextSource, BasicAuth } from "../auth-settings.ts";
import type { ServerSettings } from "../settings.ts";
import { typeOf, isKnownType } from "../keys/extension-keys.ts";
import { faultOfHeaderName, faultOfHeaderValue } from "../../../net/header.ts";
import { readOAuth2 } from "./read-oauth2.ts";
import { requireSource } from "./read-source.ts";
import type { Reading } from "./reading.ts";

/** `server.auth`, and what the entry of `extensions` says that it names. */
export function readAuth(reading: Reading): Pick<ServerSettings, "auth" | "authExtension"> {
  const auth = reading.text("server.auth");
  const names = reading.names("extensions");
  for (const name of names.filter((each) => each !== auth && addsCredentials(each))) {
    reading.warn("not-acted-on", `extensions.${name}`, "no effect: server.auth does not name it");
  }
  if (auth === undefined) return { auth, authExtension: undefined };
  if (names.includes(auth)) return { auth, authExtension: readExtension(auth, reading) };
  const known = names.length === 0 ? "none is written" : `written are ${names.join(", ")}`;
  const message = `expected the name of an entry of extensions; ${known}`;
  reading.error("value-invalid", "server.auth", message);
  return { auth, authExtension: undefined };
}

function addsCredentials(name: string): boolean {
  return typeOf(name) !== "nop" && isKnownType(typeOf(name));
}

function readExtension(name: string, reading: Reading): AuthExtension | undefined {
  const path = `extensions.${name}`;
  switch (typeOf(name)) {
    case "bearertokenauth":
      return readBearer(path, reading);
    case "basicauth":
      return readBasic(path, reading);
    case "oauth2client":
      return readOAuth2(path, reading);
    default:
      return undefined;
  }
}

function readBearer(path: string, reading: Reading): BearerAuth {
  const header = reading.text(`${path}.header`) ?? "Authorization";
  const fault = faultOfHeaderName(header);
  if (fault !== undefined) reading.error("value-invalid", `${path}.header`, fault);
  const scheme = readScheme(path, reading);
  const [first] = reading.texts(`${path}.tokens`);
  const token: TextSource =
    first !== undefined && reading.text(`${path}.filename`) === undefined
      ? { is: "text", text: first }
      : requireSource(`${path}.token`, `${path}.filename`, "a token", reading);
  checkToken(first === undefined ? `${path}.token` : `${path}.tokens`, scheme, token, reading);
  return { type: "bearertokenauth", header, scheme, token };
}

// Written and empty means: the token alone.
function readScheme(path: string, reading: Reading): string {
  const written = reading.names(path).includes("scheme") && !reading.bare(`${path}.scheme`);
  return reading.text(`${path}.scheme`) ?? (written ? "" : "Bearer");
}

function checkToken(path: string, scheme: string, token: TextSource, reading: Reading): void {
  if (token.is === "file" || token.text === "") return;
  const fault = faultOfHeaderValue(`${scheme} ${token.text}`);
  if (fault !== undefined) reading.error("value-invalid", path, fault);
}

function readBasic(path: string, reading: Reading): BasicAuth {
  const client = `${path}.client_auth`;
  if (reading.names(path).includes("htpasswd")) {
    const message = "no effect: it is for servers, and client_auth for a client";
    reading.warn("not-acted-on", `${path}.htpasswd`, message);
  }
  const username = requireSource(
    `${client}.username`,
    `${client}.username_file`,
    "a user name",
    reading,
  );
  if (username.is === "text" && username.text.includes(":")) {
    const message = "expected a user name without a colon, which would end it";
    reading.error("value-invalid", `${client}.username`, message);
  }
  const password = requireSource(
    `${client}.password`,
    `${client}.password_file`,
    "a password",
    reading,
  );
  return { type: "basicauth", username, password };
}
