import { createPublicKey } from "node:crypto";
import { realpathSync, statSync } from "node:fs";
import { SupervisorError, messageOf } from "../../errors.ts";
import { publicKeyText } from "../../packages/trust/ed25519.ts";
import { readShelf } from "./read-shelf.ts";
import type { ShelfContent, ShelfItem } from "./shelf-item.ts";
import { signingKey } from "./shelf-key.ts";

/** Where packages come from. */
export interface ShelfOptions {
  /** The folder with the packages. */
  readonly directory: string;
  /** The private key that they are signed with, PEM; it is made where there is none. */
  readonly keyFile: string;
}

/** The folder with packages, as it was when it was read last. */
export interface Shelf {
  readonly directory: string;
  /** 32 bytes in base64, as supervisor.yaml takes them. */
  readonly publicKey: string;
  content(): ShelfContent;
  find(name: string, version: string): ShelfItem | undefined;
  /** What is downloaded from this path of a URL. */
  at(urlPath: string): ShelfItem | undefined;
  /** Reads the folder now. */
  read(): Promise<void>;
}

const everyMs = 2_000;

/** Opens the folder and reads it once; `changed` is called when its content is another one. */
export async function openShelf(options: ShelfOptions, changed: () => void): Promise<Shelf> {
  const directory = realFolder(options.directory);
  const privateKey = signingKey(options.keyFile);
  let content: ShelfContent = { items: [], problems: [] };
  let byPath: ReadonlyMap<string, ShelfItem> = new Map();
  let reading: Promise<void> = Promise.resolve();

  const readOnce = async (): Promise<void> => {
    const next = await readShelf(directory, content, privateKey);
    if (marksOf(next) === marksOf(content)) return;
    content = next;
    byPath = new Map(next.items.map((item) => [item.urlPath, item]));
    changed();
  };
  const read = (): Promise<void> => {
    // One reading at a time, and each caller gets one that began after its call.
    reading = reading.then(readOnce, readOnce);
    return reading;
  };
  await read();
  return {
    directory,
    publicKey: publicKeyText(createPublicKey(privateKey)),
    content: () => content,
    find: (name, version) =>
      content.items.find((item) => item.name === name && item.version === version),
    at: (urlPath) => byPath.get(urlPath),
    read,
  };
}

/** Reads the folder again and again; gives back what ends that. */
export function watchShelf(shelf: Shelf): () => void {
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const again = (): void => {
    if (!ended) timer = setTimeout(() => void shelf.read().finally(again), everyMs).unref();
  };
  again();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

function realFolder(directory: string): string {
  try {
    const real = realpathSync(directory);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    const message = `expected a folder for --packages, found none at ${directory}: ${messageOf(error)}`;
    throw new SupervisorError("settings-invalid", message, { cause: error });
  }
  const message = `expected a folder for --packages, found something else at ${directory}`;
  throw new SupervisorError("settings-invalid", message);
}

function marksOf({ items, problems }: ShelfContent): string {
  return JSON.stringify([items.map(({ path, stamp }) => [path, stamp]), problems]);
}
