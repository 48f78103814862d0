import type { TextTable } from "./key-text.ts";

/** `agent.packages`. */
export const packageTexts: TextTable = {
  verify: {
    says: "How packages are verified beside their hash: ed25519, cosign, or none, which has to be written.",
    usual: "required to accept any",
    example: "cosign",
  },
  public_keys: "For ed25519: public keys in base64, or PEM files.",
  cosign: "For cosign, whose bundle is the signature.",
  "cosign.trusted_root": {
    says: "The authorities and logs that are believed, as a trusted_root.json of Sigstore.",
    example: "/etc/otelcol/trusted_root.json",
  },
  "cosign.identities": "Who may sign: one of these, where a _regex has to fit the whole of it.",
  "cosign.identities[].issuer": {
    says: "Who vouches for the signer.",
    example: "https://token.actions.githubusercontent.com",
  },
  "cosign.identities[].issuer_regex": "Who vouches for the signer, as a pattern.",
  "cosign.identities[].subject": { says: "The signer.", example: "releases@example.com" },
  "cosign.identities[].subject_regex": {
    says: "The signer, as a pattern.",
    example: "https://github\\.com/example/.*",
  },
  "cosign.public_keys": "PEM files of keys that may sign without a certificate.",
  allowed_hosts: {
    says: "Hosts that files are fetched from: names, *. and a domain, or directories as file:///path.",
    usual: "any with https",
    example: ["*.example.com"],
  },
  allowed_names: {
    says: 'Names of packages that are taken; "" is the collector without a name.',
    usual: "any",
    example: [""],
  },
  lowest_version: {
    says: "No version below this one is installed.",
    usual: "any",
    example: "0.150.0",
  },
  mirrors: {
    says: "Prefixes that the path of an offered address is put behind; they are tried before it, in order.",
    example: ["https://mirror.example.com/otel"],
  },
  max_size_mib: "The largest file that is fetched, in MiB.",
  executable: {
    says: "Name or path of the collector in an archive.",
    usual: "as agent.executable is called, else the only program",
    example: "otelcol",
  },
  timeout: "How long one download may take.",
  probation: "How long a new version can still lose its place.",
};
