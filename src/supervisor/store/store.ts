import { createHash } from "node:crypto";
import {
  readFileSync,
  accessSync,
  constants,
  chmodSync,
  existsSync,
  copyFileSync,
  renameSync,
  readdirSync,
  rmSync,
} from "node:fs";
import { join, dirname } from "node:path";
import { SupervisorError, messageOf, systemCodeOf } from "../../errors.ts";
import { makeDirectory } from "../../files/make-directory.ts";
import { isDiskFault, writeFault } from "../../files/write-fault.ts";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { type KillPoint, noKillPoint } from "../../files/kill-point.ts";
import { textIfThere } from "../../files/read-if-there.ts";
import type { Journal } from "../core/report/journal.ts";
import type { Generation } from "../core/state/generation.ts";
import { openSecretStore } from "./secret-store.ts";
import { createWholeMark, type WholeMark } from "./whole-mark.ts";

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
  /** Removes what questions to the binary left behind that an earlier supervisor could not end. */
  readonly clearScratch: () => void;
  readonly writeJournal: (journal: Journal) => void;
  /** Writes the journal over the former one too, so that nothing is left of what that held. */
  readonly forgetFormer: () => void;
  readonly wholeMark: WholeMark;
  /** Where files are that configurations refer to. */
  readonly secretsDirectory: string;
  /** Keeps what a candidate refers to, so that the binary can look at it. */
  readonly keepSecrets: (candidate: Generation) => void;
  /** Keeps a generation; one that is kept already stays as it is. */
  readonly keep: (generation: Generation) => void;
  /** Makes `effective.yaml` hold a generation. */
  readonly publish: (generation: Generation) => void;
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
  makePrivate(join(directory, "generations"));
  const effectivePath = shared?.path ?? join(directory, "effective.yaml");
  if (shared !== undefined) makeShared(dirname(shared.path));
  const secretsDirectory = join(dirname(effectivePath), "secrets");
  const secrets = openSecretStore(secretsDirectory, shared?.mode ?? 0o600, passing);
  const keepSecrets = ({ number, config }: Generation): void => secrets.keep(number, config.files);
  return {
    directory,
    effectivePath,
    wholeMark: createWholeMark(join(directory, "whole-reload.yaml")),
    secretsDirectory,
    keepSecrets,
    read: () => readStore(directory, effectivePath),
    clearScratch: () => {
      const scratch = /^(?:candidate-\d+|resource-form)\.yaml$/;
      for (const name of readdirSync(directory).filter((each) => scratch.test(each))) {
        rmSync(join(directory, name), { force: true });
      }
    },
    forgetFormer: () =>
      writeFileAtomic(
        join(directory, "journal.previous.json"),
        readFileSync(join(directory, "journal.json")),
        passing,
      ),
    writeJournal: (journal) => {
      writeJournal(directory, journal, passing);
      const kept = prune(directory, journal);
      secrets.prune(kept, (number) => textIfThere(generationPath(directory, number)) ?? "");
    },
    keep: (generation) => {
      const path = generationPath(directory, generation.number);
      const { text } = generation.config;
      keepSecrets(generation);
      passing("before generation");
      if (textIfThere(path) !== text) writeFileAtomic(path, text, passing);
      secrets.settle(generation.number);
      passing("generation kept");
    },
    publish: ({ config }) => {
      writeFileAtomic(effectivePath, config.text, passing, shared?.mode);
      passing("effective written");
    },
  };
}

function makePrivate(directory: string): void {
  try {
    makeDirectory(directory, 0o700);
    closeToOthers(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unwritable(directory, error);
  }
}

/** A volume has the mode that its owner gave it. */
function makeShared(directory: string): void {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new SupervisorError(
      "store-unreadable",
      `${writeFault(directory, error)}; the agent reads its configuration there (agent.attach.config_path)`,
      { cause: error },
    );
  }
}

/** Why a supervisor cannot start on its state directory; what has nothing to do with it stays as it is. */
export function startFault(directory: string, error: unknown): unknown {
  if (error instanceof SupervisorError) return error;
  if (isDiskFault(error)) return unwritable(directory, error);
  const within = systemCodeOf(error) !== undefined && messageOf(error).includes(directory);
  if (!within) return error;
  const message = `what is in ${directory} cannot be used: ${messageOf(error)}; change its owner, or set storage.directory to another one`;
  return new SupervisorError("store-unreadable", message, { cause: error });
}

function unwritable(directory: string, error: unknown): SupervisorError {
  const advice = "set storage.directory to a directory that may be written";
  const message = `${writeFault(directory, error)} (${advice})`;
  return new SupervisorError("store-unreadable", message, { cause: error });
}

function closeToOthers(directory: string): void {
  try {
    chmodSync(directory, 0o700);
  } catch (error) {
    // A volume of a pod belongs to somebody else; the files in it are for their owner only all the same.
    if (systemCodeOf(error) !== "EPERM") throw error;
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
  if (existsSync(path)) copyFileSync(path, join(directory, "journal.previous.json"));
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
  const warnings: string[] = [];
  const journal =
    readJournal(join(directory, "journal.json"), warnings) ??
    readJournal(join(directory, "journal.previous.json"), warnings);
  const texts = new Map<number, string>();
  const { good, target, previous } = journal ?? {};
  for (const number of [good?.number, target?.number, previous?.number]) {
    const text = number === undefined ? undefined : textIfThere(generationPath(directory, number));
    if (number !== undefined && text !== undefined) texts.set(number, text);
  }
  const effective = textIfThere(effectivePath);
  const onDisk = [...texts].find(([, text]) => text === effective)?.[0];
  return { journal, texts, onDisk, warnings };
}

/** A damaged journal is moved aside for a person to look at; it never keeps the supervisor from starting. */
function readJournal(path: string, warnings: string[]): Journal | undefined {
  const text = textIfThere(path);
  if (text === undefined) return undefined;
  try {
    const envelope = JSON.parse(text) as Envelope;
    if (digestOf(envelope.journal) === envelope.sha256) return envelope.journal;
    warnings.push(moveAside(path, "its checksum does not fit"));
  } catch (error) {
    warnings.push(moveAside(path, messageOf(error)));
  }
  return undefined;
}

function moveAside(path: string, why: string): string {
  const aside = `${path}.damaged-${Date.now()}`;
  renameSync(path, aside);
  return `${path} is damaged (${why}) and was moved to ${aside}`;
}

/**
 * Removes old generations, but never one that may be gone back to, however many that failed came after it: a start
 * after a crash needs its text. Gives the numbers of those that are left.
 */
function prune(directory: string, { good, target, previous }: Journal): readonly number[] {
  const folder = join(directory, "generations");
  const oldest = (target?.number ?? 0) - keptGenerations;
  return readdirSync(folder).flatMap((name) => {
    const number = Number.parseInt(name, 10);
    const needed = number === good?.number || number === previous?.number;
    if (needed || !(number < oldest)) return number;
    rmSync(join(folder, name), { force: true });
    return [];
  });
}
