/** What is wrong with the name of a header, where something is. */
export function faultOfHeaderName(name: string): string | undefined {
  if (isHeaderName(name)) return undefined;
  return "expected a header name: letters, digits and dashes";
}

/** What is wrong with the value of a header, where something is; the value may be secret and is not quoted. */
export function faultOfHeaderValue(value: string): string | undefined {
  if (/^(bearer|basic)?$/i.test(value.trim())) {
    return "expected a header value, found nothing or only Bearer";
  }
  if (!/[^\t\x20-\x7e\x80-\xff]/.test(value)) return undefined;
  return "expected a header value on one line, found a line break or a special character";
}

/** A text with its percent codes read; where one of them is no code, the text as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that somebody forgot to write as %25, or that means itself.
    return text;
  }
}

/** True of what may be the name of a header in a request (RFC 9110, section 5.6.2). */
export function isHeaderName(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);
}

/** Headers that belong to the connection itself: written by somebody else they break it, or lead it elsewhere. */
const reserved =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|sec-websocket-.*|proxy-connection)$/i;

/** True of a header that only the client itself may set. */
export function isReservedHeader(name: string): boolean {
  return reserved.test(name);
}
