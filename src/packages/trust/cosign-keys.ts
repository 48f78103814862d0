import { type KeyObject, createPublicKey } from "node:crypto";

/** The public keys in a text of PEM blocks that can make such signatures. */
export function readCosignKeys(text: string): readonly KeyObject[] {
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      const key = createPublicKey(block);
      return key.asymmetricKeyType === "ec" || key.asymmetricKeyType === "rsa" ? [key] : [];
    } catch {
      return [];
    }
  });
}
