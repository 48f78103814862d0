/** `agent.packages.verify`: how a package proves who made it, beside its hash. */
export type TrustRule =
  | { readonly by: "none" }
  /** `keys` are public keys as PEM, or 32 bytes in base64; one that fits is enough. */
  | { readonly by: "ed25519"; readonly keys: readonly string[] }
  | CosignRule;

/** A Sigstore bundle, judged without a network. */
export interface CosignRule {
  readonly by: "cosign";
  /** The text of a trusted_root.json: the authorities and logs that are believed; undefined: only keys are. */
  readonly trustedRoot: string | undefined;
  /** Who may sign by a certificate; one that fits is enough. */
  readonly identities: readonly SignerIdentity[];
  /** Public keys as PEM that may sign without a certificate. */
  readonly keys: readonly string[];
}

/** Whom a certificate is for, and who said so; a pattern has to fit the whole. */
export interface SignerIdentity {
  readonly issuer: ExactOrPattern;
  readonly subject: ExactOrPattern;
}

export type ExactOrPattern =
  | { readonly is: "exact"; readonly text: string }
  | { readonly is: "pattern"; readonly pattern: string };
