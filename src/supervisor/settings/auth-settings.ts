import type { SecureVersion } from "node:tls";

/** A text that may be secret: written in the settings, or in a file that is read whenever it is needed. */
export type TextSource =
  { readonly is: "text"; readonly text: string } | { readonly is: "file"; readonly file: string };

/** An entry of `extensions` that adds a header to each connection. */
export type AuthExtension = BearerAuth | BasicAuth | OAuth2Auth;

export interface BearerAuth {
  readonly type: "bearertokenauth";
  readonly header: string;
  /** What stands before the token; empty: nothing. */
  readonly scheme: string;
  readonly token: TextSource;
}

export interface BasicAuth {
  readonly type: "basicauth";
  readonly username: TextSource;
  readonly password: TextSource;
}

/** How a client signs for itself (RFC 7523). */
export interface AssertionTerms {
  readonly key: TextSource;
  /** The name of the key for the server. */
  readonly keyId: string | undefined;
  readonly algorithm: "RS256" | "RS384" | "RS512";
  /** The id of the client where it is not written. */
  readonly issuer: string | undefined;
  /** The URL of the tokens where it is not written. */
  readonly audience: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A token from an authorization server, for the credentials of a client (RFC 6749, section 4.4). */
export interface OAuth2Auth {
  readonly type: "oauth2client";
  readonly clientId: TextSource;
  /** Empty with an assertion. */
  readonly clientSecret: TextSource;
  /** What is sent in the place of the secret. */
  readonly assertion: AssertionTerms | undefined;
  /** https, or http to this machine. */
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  /** More parameters of the request. Values may be secret. */
  readonly endpointParams: ReadonlyMap<string, readonly string[]>;
  readonly timeoutMs: number;
  /** A token is replaced so long before it runs out. */
  readonly expiryBufferMs: number;
  readonly tls: TokenTls;
}

/** How the authorization server is checked, and how we show who we are. */
export interface TokenTls {
  readonly ca: TextSource | undefined;
  readonly cert: TextSource | undefined;
  readonly key: TextSource | undefined;
  readonly includeSystemCa: boolean;
  readonly skipVerify: boolean;
  readonly serverName: string | undefined;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion | undefined;
  readonly ciphers: string | undefined;
  readonly curves: string | undefined;
}
