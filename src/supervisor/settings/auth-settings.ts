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

/** A token from an authorization server, for the credentials of a client (RFC 6749, section 4.4). */
export interface OAuth2Auth {
  readonly type: "oauth2client";
  readonly clientId: TextSource;
  readonly clientSecret: TextSource;
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
}
