import { createHash } from "node:crypto";
import { copyFileSync, renameSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, dirname } from "node:path";
import { messageOf, systemCodeOf } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { type KillPoint, noKillPoint } from "../../files/kill-point.ts";
import { asideOf, clearWay } from "../../files/own-file.ts";
import { textIfThere } from "../../files/read-if-there.ts";
import { readRegular, usualMaxBytes } from "../../files/regular-file.ts";
import type { Journal } from "../core/report/journal.ts";
import type { Generation } from "../core/state/generation.ts";
import { isJournal } from "./journal-shape.ts";
import { createKeptFiles } from "./kept-files.ts";
import { clearLeftOver } from "./left-over.ts";
import { type Mended, type Place, mendAll } from "./mend.ts";
import { openSecretStore } from "./secret-store.ts";
import {
  madeAgain,
  madeWithin,
  makePrivate,
  makeShared,
  ownerWarnings,
} from "./storage-directory.ts";
import { createReloadStamp, type ReloadStamp } from "./reload-stamp.ts";

/** Older generations are kept for a person to look at. */
const keptGenerations = 10;

/** The journal as it was found, with the texts it needs. */
export interface Found {
  readonly journal: Journal | undefined;
  readonly texts: ReadonlyMap<number, string>;
  /** Number of the generation that `effective.yaml` holds now. */
  readonly onDisk: number | undefined;
  readonly warnings: readonly string[];
}

/** The state directory: one journal, one immutable file for each generation, `effective.yaml`. */
export interface Store {
  readonly directory: string;
  readonly effectivePath: string;
  readonly read: () => Found;
  /** Removes what an earlier supervisor left behind that was killed: half-written files, and those of questions to the binary. */
  readonly clearLeftOver: () => void;
  readonly writeJournal: (journal: Journal) => void;
  /** Writes the journal over the former one too, so that nothing is left of what that held. */
  readonly forgetFormer: () => void;
  readonly reloadStamp: ReloadStamp;
  /** Where files are that configurations refer to. */
  readonly secretsDirectory: string;
  /** Keeps what a candidate refers to, so that the binary can look at it. */
  readonly keepSecrets: (candidate: Generation) => void;
  /** Keeps a generation; one that is kept already stays as it is. */
  readonly keep: (generation: Generation) => void;
  /** Makes `effective.yaml` hold a generation. */
  readonly publish: (generation: Generation) => void;
  /** Writes again what somebody has changed or removed of what was written. */
  readonly mend: (wanted: Wanted) => Mended;
}

/** What is to be on disk. */
interface Wanted {
  readonly journal: () => Journal;
  /** Those that may be gone back to. */
  readonly generations: readonly Generation[];
  /** What `effective.yaml` holds; undefined while another one is to be written. */
  readonly inForce: Generation | undefined;
}

/** Where the agent reads its configuration when somebody else starts it. */
export interface SharedFile {
  readonly path: string;
  readonly mode: number;
}

/** Opens the state directory, making it with mode 0700 where it is missing. */
export function openStore(
  directory: string,
  passing: KillPoint = noKillPoint,
  shared?: SharedFile,
): Store {
  makePrivate(directory);
  // What stands there and is none would end each start.
  madeWithin(join(directory, "generations"));
  const effectivePath = shared?.path ?? join(directory, "effective.yaml");
  if (shared !== undefined) makeShared(dirname(shared.path));
  const secretsDirectory = join(dirname(effectivePath), "secrets");
  const secrets = openSecretStore(secretsDirectory, shared?.mode ?? 0o600, passing);
  const keepSecrets = ({ number, config }: Generation): void => secrets.keep(number, config.files);
  const files = createKeptFiles();
  const journalPath = join(directory, "journal.json");
  const generationsDirectory = join(directory, "generations");
  const mode = shared?.mode ?? 0o600;
  const write = (journal: Journal): void => {
    makePrivate(directory);
    madeWithin(generationsDirectory);
    writeJournal(directory, journal, passing);
    files.noted(journalPath);
    const kept = prune(directory, journal);
    secrets.prune(kept, (number) => textIfThere(generationPath(directory, number)) ?? "");
  };
  return {
    directory,
    effectivePath,
    reloadStamp: createReloadStamp(join(directory, "whole-reload.yaml")),
    secretsDirectory,
    keepSecrets,
    read: () => readStore(directory, effectivePath),
    clearLeftOver: () => clearLeftOver(directory, effectivePath),
    forgetFormer: () =>
      writeFileAtomic(join(directory, "journal.previous.json"), readRegular(journalPath), passing),
    writeJournal: write,
    keep: (generation) => {
      makePrivate(directory);
      madeWithin(generationsDirectory);
      const path = generationPath(directory, generation.number);
      const { text } = generation.config;
      keepSecrets(generation);
      passing("before generation");
      files.ensure(path, text, { passing });
      secrets.settle(generation.number);
      passing("generation kept");
    },
    publish: ({ config }) => {
      clearWay(effectivePath);
      writeFileAtomic(effectivePath, config.text, passing, mode);
      passing("effective written");
    },
    mend: ({ journal, generations, inForce }) =>
      mendAll([
        { path: directory, ensure: () => madeAgain(directory) },
        { path: generationsDirectory, ensure: () => madeWithin(generationsDirectory) },
        ...(inForce === undefined ? [] : secretPlaces(inForce)),
        ...(inForce === undefined ? [] : [inForcePlace(inForce)]),
        ...generations.map(generationPlace),
        {
          path: journalPath,
          ensure: () => {
            if (files.isUntouched(journalPath)) return false;
            write(journal());
            return true;
          },
        },
      ]),
  };

  function inForcePlace({ number, config }: Generation): Place {
    // A link would not have the mode of a file that is shared.
    const twin = shared === undefined ? { twin: generationPath(directory, number) } : {};
    const ensure = (): boolean => files.ensure(effectivePath, config.text, { mode, ...twin });
    return { path: effectivePath, inForce: true, ensure };
  }

  function generationPlace({ number, config: { text } }: Generation): Place {
    const path = generationPath(directory, number);
    return { path, ensure: () => files.ensure(path, text) };
  }

  function secretPlaces({ config }: Generation): readonly Place[] {
    return config.files.map(({ name, text }) => {
      const path = join(secretsDirectory, name);
      const ensure = (): boolean => {
        secrets.makeDirectory();
        return files.ensure(path, text, { mode });
      };
      return { path, inForce: true, ensure };
    });
  }
}

function generationPath(directory: string, number: number): string {
  return join(directory, "generations", `${String(number).padStart(6, "0")}.yaml`);
}

interface Envelope {
  readonly sha256: string;
  readonly journal: Journal;
}

function writeJournal(directory: string, journal: Journal, passing: KillPoint): void {
  const path = join(directory, "journal.json");
  // For a large configuration this is a megabyte: it is made once, for its digest and for the file.
  const text = JSON.stringify(journal);
  passing("before journal");
  const former = join(directory, "journal.previous.json");
  // A copy of a pipe would wait for somebody who writes into it.
  clearWay(path);
  clearWay(former);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  // Something larger is no journal: a copy of it would fill the disk.
  if (size !== undefined && size <= usualMaxBytes) copyFileSync(path, former);
  passing("previous journal kept");
  writeFileAtomic(path, `{"sha256":"${sha256(text)}","journal":${text}}`, passing);
  passing("journal written");
}

/** What a journal file says of its own content. */
export function digestOf(journal: Journal): string {
  return sha256(JSON.stringify(journal));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function readStore(directory: string, effectivePath: string): Found {
  const warnings = [...ownerWarnings(directory)];
  const journal =
    readJournal(join(directory, "journal.json"), warnings) ??
    readJournal(join(directory, "journal.previous.json"), warnings);
  const texts = new Map<number, string>();
  const { good, target, previous, former } = journal ?? {};
  for (const number of [good, target, previous, former].map((one) => one?.number)) {
    const text =
      number === undefined ? undefined : textHere(generationPath(directory, number), warnings);
    if (number !== undefined && text !== undefined) texts.set(number, text);
  }
  const effective = textHere(effectivePath, warnings);
  const onDisk = [...texts].find(([, text]) => text === effective)?.[0];
  return { journal, texts, onDisk, warnings };
}

/** A damaged journal is moved aside for a person to look at; it never keeps the supervisor from starting. */
function readJournal(path: string, warnings: string[]): Journal | undefined {
  const text = textHere(path, warnings);
  if (text === undefined) return undefined;
  try {
    const envelope = JSON.parse(text) as Envelope;
    const fits = digestOf(envelope.journal) === envelope.sha256;
    if (fits && isJournal(envelope.journal)) return envelope.journal;
    const why = fits ? "another version may have written it" : "its checksum does not fit";
    warnings.push(moveAside(path, why));
  } catch (error) {
    // The parser's own words show a piece of the text, which may be a secret.
    warnings.push(
      moveAside(path, error instanceof SyntaxError ? "it is no JSON" : messageOf(error)),
    );
  }
  return undefined;
}

/** What is no file, or larger than ours ever are, is damaged too; what belongs to somebody else is for a person. */
function textHere(path: string, warnings: string[]): string | undefined {
  try {
    return textIfThere(path);
  } catch (error) {
    const code = systemCodeOf(error) ?? "";
    if (!["EISDIR", "ENOTFILE", "EFBIG", "ELOOP"].includes(code)) throw error;
    warnings.push(moveAside(path, messageOf(error)));
    return undefined;
  }
}

function moveAside(path: string, why: string): string {
  const aside = asideOf(path);
  try {
    renameSync(path, aside);
    return `${path} is damaged (${why}) and was moved to ${aside}`;
  } catch (error) {
    return `${path} is damaged (${why}) and could not be moved: ${messageOf(error)}`;
  }
}

/**
 * Removes old generations, but never one that may be gone back to, however many that failed came after it: a start
 * after a crash needs its text. Gives the numbers of those that are left.
 */
function prune(directory: string, { good, target, previous, former }: Journal): readonly number[] {
  const folder = join(directory, "generations");
  const oldest = (target?.number ?? 0) - keptGenerations;
  return readdirSync(folder).flatMap((name) => {
    const number = Number.parseInt(name, 10);
    const needed = [good, previous, former].some((one) => one?.number === number);
    if (needed || !(number < oldest)) return number;
    rmSync(join(folder, name), { force: true });
    return [];
  });
}
