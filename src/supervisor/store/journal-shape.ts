import type { Journal } from "../core/report/journal.ts";

type Fields = Readonly<Record<string, unknown>>;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const texts = (value: Fields, ...names: string[]): boolean =>
  names.every((name) => typeof value[name] === "string");

/**
 * True of what a start can go on with. A checksum says that nobody has changed it, not who wrote it: another version of
 * ours may have had another shape. What was added later is missing in older ones.
 */
export function isJournal(value: unknown): value is Journal {
  if (!isFields(value)) return false;
  const { uid, nextNumber, offers, packages } = value;
  const generations = ["target", "good", "previous", "former"].map((name) => value[name]);
  return (
    typeof uid === "string" &&
    uuid.test(uid) &&
    isCount(nextNumber) &&
    isVerdict(value["verdict"]) &&
    generations.every(mayBe(isGeneration)) &&
    mayBe(isOffers)(offers) &&
    mayBe(isPackages)(packages)
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mayBe(is: (value: Fields) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || (isFields(value) && is(value));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isVerdict(value: unknown): boolean {
  if (!isFields(value)) return false;
  switch (value["is"]) {
    case "unset":
      return true;
    case "applied":
      return texts(value, "hash");
    case "applying":
      return texts(value, "hash", "note");
    default:
      return value["is"] === "failed" && texts(value, "hash", "why");
  }
}

function isGeneration(value: Fields): boolean {
  const { number, remote, connections } = value;
  return (
    isCount(number) &&
    texts(value, "hash") &&
    mayBe(isRemote)(remote) &&
    mayBe(isConnections)(connections)
  );
}

function isConnections({ telemetry, others }: Fields): boolean {
  return isFields(telemetry) && Array.isArray(others);
}

function isRemote(value: Fields): boolean {
  const files = value["files"];
  return (
    texts(value, "hash", "digest") &&
    Array.isArray(files) &&
    files.every((file) => isFields(file) && texts(file, "name", "text"))
  );
}

function isOffers({ status, request }: Fields): boolean {
  return isFields(status) && texts(status, "is") && isFields(request) && texts(request, "at");
}

function isPackages({ installed, failures, offer }: Fields): boolean {
  return [installed, failures].every(isListOfFields) && mayBe(isPackagesOffer)(offer);
}

function isPackagesOffer(value: Fields): boolean {
  return texts(value, "allHash") && isListOfFields(value["packages"]);
}

function isListOfFields(value: unknown): boolean {
  return Array.isArray(value) && value.every(isFields);
}
