import { makeCertificateRequest } from "../../pki/certificate-request.ts";
import type { Fact } from "../core/state/event.ts";

/** Makes a request for a certificate, and the key for it. */
export function makeRequest(commonName: string): Promise<Fact> {
  return Promise.resolve({
    on: "certificate-request-made",
    commonName,
    ...makeCertificateRequest(commonName),
  });
}
