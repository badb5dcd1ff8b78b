import { type Hash, createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../errors/problem.ts';
import { nameBeside } from '../../files/name-beside.ts';
import { MOST_SEALED, readWhole } from '../../files/read-file.ts';
import { systemReason } from '../../files/system-reason.ts';
import { escapeControlsInJson } from '../../values/base/control-characters.ts';
import { similarFile } from '../../values/similar-file.ts';
import { jsonPieces } from './json-pieces.ts';
import { type PlanDocument, PLAN_VERSION, planDocument } from './plan-document.ts';

/** Length of the pieces in which a plan is written. Characters; the last part of a piece may be longer. */
const PIECE = 64 * 1024;

/**
 * Yields the text of a plan file in pieces: JSON, with the digest of the text before it in the last line. The plan of
 * many hosts is too long for one text.
 */
export function* planPieces(document: PlanDocument): Generator<string> {
  const digest = createHash('sha256');
  let piece = '';
  // The brace at the end comes after the digest.
  let last = '';
  // Parsing puts the keys in the order of the schema, whatever their order was before.
  for (const part of jsonPieces(planDocument.parse(document))) {
    piece += last;
    last = part;
    if (piece.length < PIECE) continue;
    yield digested(digest, piece);
    piece = '';
  }
  yield `${digested(digest, piece)},\n${checksumLine(digest)}${last}\n`;
}

/** Checks that a plan can be written to this path, before the plan is made. Throws Problem `plan-not-written`. */
export async function mustBeWritable(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** Returns the text with its control characters escaped, and adds it to the digest. */
function digested(digest: Hash, json: string): string {
  const text = escapeControlsInJson(json);
  digest.update(text);
  return text;
}

/**
 * Writes the file completely or not at all; only its owner can read it. Throws Problem `plan-not-written`, also if the
 * plan has more than `most` bytes: it could not be read again.
 */
export async function writePlan(path: string, document: PlanDocument, most = MOST_SEALED): Promise<void> {
  const beside = nameBeside(path);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      for (const bytes of upTo(most, path, planPieces(document))) await file.appendFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error instanceof Problem ? error : notWritten(path, error);
  }
}

function* upTo(most: number, path: string, pieces: Iterable<string>): Generator<Buffer> {
  let bytes = 0;
  for (const piece of pieces) {
    const written = Buffer.from(piece);
    bytes += written.length;
    if (bytes > most) throw tooLong(path, most);
    yield written;
  }
}

function tooLong(path: string, most: number): Problem {
  return new Problem({
    code: 'plan-not-written',
    what: `The plan cannot be written to ${path}`,
    why: `It has more than ${most} bytes, the most that can be read again.`,
    remedy: 'Plan the hosts in slices, or in more slices, with one plan each: --slice 1/2 and --slice 2/2.',
  });
}

function notWritten(path: string, error: unknown): Problem {
  return new Problem({
    code: 'plan-not-written',
    what: `The plan cannot be written to ${path}`,
    why: systemReason(error),
    remedy: 'Name a file in an existing folder to which the user who runs this may write.',
  });
}

/**
 * Reads a plan that `writePlan` wrote. Throws Problem if it is truncated, edited, of another version, or not a plan.
 */
export async function readPlan(path: string): Promise<PlanDocument> {
  const bytes = await readWhole(path, MOST_SEALED).catch((error: unknown) => {
    if (error instanceof Problem) throw error;
    throw new Problem({
      code: 'plan-unreadable',
      what: `The plan ${path} cannot be read`,
      why: systemReason(error),
      remedy: similarFile(path, [path]) ?? 'Plans are made with `runbook plan PLAYBOOK -o FILE`.',
    });
  });
  return parsePlan(bytes.toString(), path);
}

/**
 * Reads a plan document. Throws Problem `plan-foreign`, `plan-version` or another one if the text is no plan, of
 * another version, or changed. `path` is for messages.
 */
export function parsePlan(text: string, path: string): PlanDocument {
  if (!/^\{\s*"format": "runbook-plan"/.test(text)) {
    const why = text.trim() === '' ? 'The file is empty.' : 'A plan begins with "format": "runbook-plan".';
    throw new Problem({ code: 'plan-foreign', what: `${path} is not a plan of runbook`, why, remedy: REMEDY });
  }
  const version = /^\{\s*"format": "runbook-plan",\s*"version": (\d+),/.exec(text)?.[1];
  if (version !== undefined && Number(version) !== PLAN_VERSION) {
    const why = `It has version ${version} of the format, and this runbook knows version ${PLAN_VERSION}.`;
    throw new Problem({
      code: 'plan-version',
      what: `${path} was written by another version of runbook`,
      why,
      remedy: REMEDY,
    });
  }
  const end = /^([\s\S]*),\n "checksum": "[0-9a-f]{64}"\n\}\n$/.exec(text);
  if (end === null) {
    throw new Problem({
      code: 'plan-truncated',
      what: `The plan ${path} is cut off`,
      why: 'Its last lines are missing.',
      remedy: REMEDY,
    });
  }
  const body = end[1] ?? '';
  if (!text.includes(checksumLine(createHash('sha256').update(body)))) {
    const why = 'Its content does not agree with the checksum at its end.';
    throw new Problem({
      code: 'plan-edited',
      what: `The plan ${path} was changed after it was made`,
      why,
      remedy: REMEDY,
    });
  }
  return decode(`${body}\n}`, path);
}

function decode(json: string, path: string): PlanDocument {
  try {
    return planDocument.parse(JSON.parse(json));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error);
    throw new Problem({ code: 'plan-foreign', what: `${path} is not a plan of runbook`, why, remedy: REMEDY });
  }
}

const REMEDY = 'Make a new plan with `runbook plan -o FILE`, and have it reviewed.';

function checksumLine(digest: Hash): string {
  return ` "checksum": "${digest.digest('hex')}"`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
