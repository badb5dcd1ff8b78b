import { quote } from '../../connection/base/quote.ts';
import type { Together } from '../base/resource.ts';
import type { Attributes, Directory, FileState, Link, RegularFile } from './file-state.ts';

/** How changes of files, directories and links are made together with others. */
export const fileTogether: Together<FileState> = { proof: proofOf, isFirm, mayChangeAgain, earlier };

/**
 * Returns a condition of the shell. It holds only if `disagreement` would find nothing, except for the digest of the
 * content. Undefined: the shell cannot tell with few processes.
 */
function proofOf(path: string, predicted: FileState): string | undefined {
  const word = quote(path);
  switch (predicted.type) {
    case 'absent':
      return `! [ -e ${word} ] && ! [ -L ${word} ]`;
    case 'file':
      return attributesHold(word, '-f', predicted, fileFields(predicted));
    case 'directory':
      return predicted.changedBeneath === true || predicted.hasAccessList === true
        ? undefined
        : attributesHold(word, '-d', predicted, { type: directoryType(predicted), size: undefined });
    case 'link':
      return linkHolds(word, predicted);
    case 'other':
    case 'hidden':
      return undefined;
    default: {
      const never: never = predicted;
      throw new Error(`unknown state ${JSON.stringify(never)}`);
    }
  }
}

/** Parts of a pattern of the shell; undefined: any text. */
interface Fields {
  /** Type and mode, in hexadecimal. */
  readonly type: string;
  readonly size: number | undefined;
}

function fileFields(file: RegularFile): Fields {
  const { mode } = file;
  const isKnown = mode !== undefined && file.modeIsExpected !== true;
  return { type: isKnown ? (0x80_00 | mode).toString(16) : '8???', size: file.size };
}

/** If the mode is not known, only the owner may write, because later tasks rely on that. */
function directoryType({ mode, modeIsExpected }: Directory): string {
  return mode === undefined || modeIsExpected === true ? '4?[02468ace][014589cd]' : (0x40_00 | mode).toString(16);
}

function attributesHold(word: string, test: '-f' | '-d', of: Attributes, { type, size }: Fields): string {
  const known = (letter: string, value: string | number | undefined): string =>
    value === undefined ? `' ${letter}'*` : quote(` ${letter}${value}`);
  const accounts = [
    known('u', of.uid),
    known('g', of.gid),
    known('s', size),
    known('i', of.identity),
    known('U', of.owner),
    known('G', of.group),
  ];
  const format = quote('%f u%u g%g s%s i%d:%i U%U G%G');
  return `[ ${test} ${word} ] && ! [ -L ${word} ] && case $(stat -c ${format} -- ${word} 2>/dev/null) in ${type}${accounts.join('')}) ;; *) false ;; esac`;
}

/** A change of the end of the link is not proven. */
function linkHolds(word: string, link: Link): string | undefined {
  const isOfEnd = link.isKept === true || (link.to !== undefined && link.to.isUntouched !== true);
  const hasOwner = [link.uid, link.gid, link.owner, link.group, link.identity].some((one) => one !== undefined);
  if (isOfEnd || hasOwner || link.mode !== undefined) return undefined;
  return `[ "$(readlink -- ${word} 2>/dev/null; echo .)" = ${quote(`${link.target}\n.`)} ]`;
}

/**
 * Returns whether later tasks may be planned with this prediction as with a state that was seen. A directory: only root
 * and the user of the task can change the names in it. A link may lead anywhere.
 */
function isFirm(predicted: FileState, user: string): boolean {
  switch (predicted.type) {
    case 'absent':
    case 'file':
      return true;
    case 'directory': {
      const { mode, owner, uid } = predicted;
      const isOwn = uid === 0 || owner === 'root' || owner === user;
      return isOwn && mode !== undefined && (mode & 0o022) === 0;
    }
    case 'link':
    case 'other':
    case 'hidden':
      return false;
    default: {
      const never: never = predicted;
      throw new Error(`unknown state ${JSON.stringify(never)}`);
    }
  }
}

const SAME = ['mode', 'modeIsExpected', 'uid', 'gid', 'owner', 'group'] as const;

/** Returns whether the second change leaves all but the content of a file as the first one. */
function mayChangeAgain(first: FileState, second: FileState): boolean {
  return first.type === 'file' && second.type === 'file' && SAME.every((field) => first[field] === second[field]);
}

/** Returns the state after the first of two changes of the content, from the state that was seen after the second one. */
function earlier(first: FileState, seen: FileState): FileState {
  if (first.type !== 'file' || seen.type !== 'file') return first;
  return { ...seen, size: first.size, sha256: first.sha256, content: first.content };
}
