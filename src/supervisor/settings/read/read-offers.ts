import type { CertificateWishes } from "../../core/state/core-settings.ts";
import type { OfferSettings } from "../settings.ts";
import type { Reading } from "./reading.ts";

/** `server.offers`: what an offer of the server may change. */
export function readOffers(reading: Reading): OfferSettings {
  const path = "server.offers.allowed_hosts";
  const hosts = reading.texts(path);
  for (const [index, host] of hosts.entries()) {
    if (/^(\*\.)?[a-z0-9.-]+$|^\[[0-9a-f:.]+\]$/i.test(host)) continue;
    const message = "expected the name or address of a host without port, or *. and a domain";
    reading.error(
      "value-invalid",
      `${path}[${index}]`,
      `${message}, found ${reading.quoted(path)}`,
    );
  }
  return {
    allowedHosts: reading.written(path) ? hosts : undefined,
    allowWeakerTls: reading.flag("server.offers.allow_weaker_tls"),
  };
}

/** After a refusal a certificate is asked for again an hour later. */
const retryMs = 3_600_000;

/** `server.certificate`: a client certificate that is asked for. */
export function readCertificateWish(
  reading: Reading,
  secure: boolean,
): CertificateWishes | undefined {
  const path = "server.certificate.request";
  if (!reading.flag(path)) return undefined;
  if (!secure) {
    const message = "expected false, or a server with wss or https: a certificate needs TLS";
    reading.error("value-invalid", path, message);
  }
  if (!reading.flag("capabilities.accepts_opamp_connection_settings")) {
    const message =
      "expected false, or capabilities.accepts_opamp_connection_settings: true, because the certificate comes as an offer";
    reading.error("value-invalid", path, message);
  }
  return {
    commonName: reading.text("server.certificate.common_name"),
    unnamedAfterMs: 1_000,
    renewBeforeMs: reading.number("server.certificate.renew_before") ?? 0,
    retryMs,
  };
}
