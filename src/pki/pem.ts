/** What a text of a kind of PEM file looks like. */
export const certificateShape: RegExp =
  /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[\s\S]+-----END/;

/** The same for a key; one with a passphrase is none, as nobody is there to type it. */
export const keyShape: RegExp =
  /-----BEGIN (?!ENCRYPTED )([A-Z0-9]+ )*PRIVATE KEY-----[\s\S]+-----END/;
