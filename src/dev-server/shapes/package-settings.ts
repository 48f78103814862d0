/** What a supervisor.yaml needs so that the packages signed with this key are believed, in lines. */
export function packageSettings(publicKey: string): readonly string[] {
  return [
    "capabilities:",
    "  accepts_packages: true",
    "agent:",
    "  packages:",
    "    verify: ed25519",
    `    public_keys: ["${publicKey}"]`,
  ];
}
