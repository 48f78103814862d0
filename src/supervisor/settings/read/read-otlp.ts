import { isHeaderName, percentDecoded } from "../../../net/header.ts";
import { resolve } from "node:path";
import type { OtlpSettings } from "../../../telemetry/telemetry-settings.ts";
import { findReadable } from "./files.ts";
import type { Reading } from "./reading.ts";
import { isNull, scalarText } from "../file/setting-node.ts";

const usualTimeoutMs = 10_000;

/** An `otlp` exporter of one signal; empty where nothing can be sent by it, which is said. */
export function readOtlp(
  path: string,
  signal: "logs" | "metrics" | "traces",
  reading: Reading,
): readonly OtlpSettings[] {
  const protocol = reading.text(`${path}.protocol`) ?? "http/protobuf";
  if (protocol === "grpc") {
    const message =
      "only http/protobuf and http/json are spoken, nothing is sent: name the receiver's HTTP endpoint, usually on port 4318";
    reading.warn("not-acted-on", `${path}.protocol`, message);
    return [];
  }
  if (protocol !== "http/protobuf" && protocol !== "http/json") {
    const found = reading.quoted(`${path}.protocol`);
    reading.error("value-invalid", `${path}.protocol`, `expected http/protobuf, found ${found}`);
  }
  checkClient(path, reading);
  const timeoutMs = reading.number(`${path}.timeout`) ?? usualTimeoutMs;
  return [
    {
      to: "otlp",
      url: readUrl(path, signal, reading),
      encoding: protocol === "http/json" ? "json" : "protobuf",
      headers: new Map([...readHeadersList(path, reading), ...readHeaders(path, reading)]),
      gzip: readCompression(path, reading),
      timeoutMs: timeoutMs > 0 ? timeoutMs : usualTimeoutMs,
      certificate: readFile(`${path}.certificate`, reading),
      clientCertificate: readFile(`${path}.client_certificate`, reading),
      clientKey: readFile(`${path}.client_key`, reading),
    },
  ];
}

/** As it is written; without a path that of the signal, without a scheme the one that `insecure` means. */
function readUrl(path: string, signal: string, reading: Reading): string {
  const place = `${path}.endpoint`;
  const written = reading.text(place) ?? `http://localhost:4318`;
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(written);
  const insecure = reading.flag(`${path}.insecure`);
  const whole = hasScheme ? written : `${insecure ? "http" : "https"}://${written}`;
  if (!/^https?:\/\//i.test(whole) || !URL.canParse(whole)) {
    const expected = `expected a URL such as http://127.0.0.1:4318/v1/${signal}`;
    reading.error("value-invalid", place, `${expected}, found ${reading.quoted(place)}`);
    return "http://localhost";
  }
  if (insecure && /^https:/i.test(whole)) {
    reading.warn("not-acted-on", `${path}.insecure`, "no effect: the endpoint begins with https");
  }
  return /^[^/]*\/\/[^/?#]*$/.test(whole) ? `${whole}/v1/${signal}` : whole;
}

function readCompression(path: string, reading: Reading): boolean {
  const word = reading.text(`${path}.compression`) ?? "none";
  if (word === "gzip" || word === "none") return word === "gzip";
  const found = reading.quoted(`${path}.compression`);
  reading.error("value-invalid", `${path}.compression`, `expected gzip or none, found ${found}`);
  return false;
}

/** A file that is not there yet may be there when it is needed. */
function readFile(path: string, reading: Reading): string | undefined {
  const file = reading.text(path);
  if (file === undefined) return undefined;
  const found = findReadable(file, reading.quoted(path), reading.sources);
  if (found.is === "unusable") {
    reading.warn(found.code, path, `${found.message}: nothing can be sent before it is there`);
  }
  return resolve(reading.sources.workingDirectory, file);
}

function checkClient(path: string, reading: Reading): void {
  const [cert, key] = [`${path}.client_certificate`, `${path}.client_key`] as const;
  if (reading.written(cert) === reading.written(key)) return;
  const [there, missing] = reading.written(cert) ? [cert, key] : [key, cert];
  reading.error("key-missing", missing, `expected a file too, because ${there} names one`);
}

type Headers = readonly (readonly [string, readonly string[]])[];

/** A list of name and value, or a map. */
function readHeaders(path: string, reading: Reading): Headers {
  const place = `${path}.headers`;
  const node = reading.node(place);
  if (node === undefined || isNull(node)) return [];
  if (node.kind === "map") {
    return [...node.entries].map(([name, entry]) => {
      return checkedHeader(name, scalarText(entry.node) ?? "", `${place}.${name}`, reading);
    });
  }
  if (node.kind === "list") {
    return node.items.flatMap((item, index) => {
      const inner = `${place}[${index}]`;
      const part = (key: string): string | undefined => {
        const entry = item.kind === "map" ? item.entries.get(key) : undefined;
        return entry === undefined ? undefined : scalarText(entry.node);
      };
      const name = part("name");
      if (name !== undefined) return [checkedHeader(name, part("value") ?? "", inner, reading)];
      reading.error("value-invalid", inner, "expected a map with name and value");
      return [];
    });
  }
  reading.error("type-wrong", place, "expected a list of name and value, or a map");
  return [];
}

/** `name=value,name=value`, with percent signs for what could be mistaken. */
function readHeadersList(path: string, reading: Reading): Headers {
  const place = `${path}.headers_list`;
  const written = reading.text(place);
  if (written === undefined || written.trim() === "") return [];
  return written.split(",").flatMap((pair) => {
    const [name = "", ...rest] = pair.split("=");
    if (rest.length > 0) {
      return [checkedHeader(name.trim(), percentDecoded(rest.join("=").trim()), place, reading)];
    }
    reading.error("value-invalid", place, "expected name=value,name=value");
    return [];
  });
}

// A header that the sender would refuse makes every request fail, with a message that names no place.
function checkedHeader(
  name: string,
  value: string,
  place: string,
  reading: Reading,
): readonly [string, readonly string[]] {
  if (!isHeaderName(name)) {
    reading.error("value-invalid", place, "expected a header name: letters, digits and dashes");
  }
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    const message = "expected a header value on one line, without special characters";
    reading.error("value-invalid", place, message);
  }
  return [name.toLowerCase(), [value]];
}
