import { z } from 'zod';
import type { Seen } from '../resources/base/resource.ts';
import { file, wholeFile } from '../resources/file.ts';
import { endOf } from '../resources/file/file-state.ts';
import { need } from '../resources/need.ts';
import { alsoDigits } from './base/arguments.ts';
import { type Apply, type Context, type Impossible, type Outcome, defineModule } from './base/module.ts';
import { forRootAlone } from './base/root-alone.ts';
import { type TextEdit, editText, textNeeds } from './edit/text-edit.ts';
import { fileArguments } from './file/file-arguments.ts';
import { planLink } from './file/file-link.ts';
import { targetsOf } from './file/link-target.ts';
import { cannotLook, unlessLocked } from './path/file-needs.ts';
import { wayNeeds } from './path/way-to-path.ts';

/** The link that the C library reads: localtime(5). */
const LINK = '/etc/localtime';
const ZONES = '/usr/share/zoneinfo';
/** A file with the name of the zone as text. Only some distributions have it. */
const NAME_FILE = '/etc/timezone';

/** The first bytes of a compiled zone: RFC 9636. */
const MAGIC = Buffer.from('TZif');

function isZoneData(content: Buffer): boolean {
  return content.subarray(0, MAGIC.length).equals(MAGIC);
}

const schema = z.strictObject({
  name: alsoDigits(
    z
      .string()
      .regex(
        /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/,
        'must be the name of a time zone, such as Europe/Berlin or Etc/UTC',
      )
      .refine((name) => name !== 'localtime', {
        error: 'must be the name of a time zone: localtime is the zone that the host has already',
      }),
  ).describe(
    'The name of the time zone: its path below /usr/share/zoneinfo on the host. Upper and lower case are different.',
  ),
});

type Arguments = z.infer<typeof schema>;

/** hwclock is not supported, because no file shows which time the hardware clock keeps, so a plan could not know it. */
const NO_CLOCK =
  'Leave it out: the hardware clock is not set. To set it, write command: hwclock --systohc --utc, or --localtime.';

export const module = defineModule<Arguments>({
  name: 'timezone',
  summary: 'Set the time zone of the host. Running programs keep the old zone until they are restarted.',
  arguments: schema,
  freeForm: 'name',
  foreign: { hwclock: NO_CLOCK, rtc: NO_CLOCK },
  examples: ['timezone: { name: Europe/Berlin }'],
  observes: ({ name }) => [
    file(LINK),
    ...wayNeeds(LINK),
    need({ kind: 'empty', path: LINK }),
    zoneRequest(name),
    ...textNeeds(NAME_FILE),
  ],
  plan(args, _loaded, seen, context) {
    const outcome = forRootAlone(plan(args, seen, context), 'the time zone of the host', context);
    return unlessLocked(outcome, '/etc', { seen, context });
  },
});

function zoneRequest(name: string): ReturnType<typeof file> {
  return file(`${ZONES}/${name}`, 'content');
}

function plan({ name }: Arguments, seen: Seen, context: Context): Outcome {
  const zone = zoneRequest(name);
  const unusable = unusableZone(name, seen, context);
  if (unusable !== undefined) {
    return seen.certainty(zone) === 'certain'
      ? unusable
      : { kind: 'cannot_know', because: `an earlier change that may bring ${zone.id}` };
  }
  const link = planLink(linkArguments(name, seen), seen, context);
  if (link.kind !== 'change' && link.kind !== 'in_sync') return link;
  const edit = editName(name, seen, context);
  if (edit.kind !== 'edit') return edit;
  if (link.kind === 'in_sync' && edit.differences.length === 0) return { kind: 'in_sync', result: { name } };
  const linked = link.kind === 'change' ? link : undefined;
  return {
    kind: 'change',
    differences: [...(linked?.differences ?? []), ...edit.differences],
    certainty: [file(LINK), zone, wholeFile(NAME_FILE)].some((one) => seen.certainty(one) === 'after_change')
      ? 'after_change'
      : 'certain',
    predictions: [...(linked?.predictions ?? []), ...edit.predictions],
    touches: 'predicted',
    async apply() {
      const written = edit.differences.length === 0 ? undefined : await edit.apply();
      return both(await linked?.apply(), written);
    },
    planned: { name },
  };
}

/** Returns why the host cannot have this zone, as far as its files show. */
function unusableZone(name: string, seen: Seen, { user }: Context): Impossible | undefined {
  const { id: path } = zoneRequest(name);
  const there = endOf(seen.of(zoneRequest(name)));
  if (there === undefined || there.type === 'absent') return missingZone(name, path);
  if (there.type === 'hidden' || (there.type === 'file' && there.unreadable === true)) return cannotLook(path, user);
  // The content is undefined if an earlier task of the plan makes the file.
  const isZone = there.type === 'file' && (there.content === undefined || isZoneData(there.content));
  return isZone ? undefined : { kind: 'impossible', what: `${path} is not a time zone`, remedy: NAMES };
}

const NAMES =
  'Write a name that `timedatectl list-timezones` or /usr/share/zoneinfo/tzdata.zi lists, such as Europe/Berlin.';

function missingZone(name: string, path: string): Impossible {
  return {
    kind: 'impossible',
    what: `this host has no time zone ${name}`,
    why: `${path} does not exist.`,
    remedy:
      'Write the name as it stands below /usr/share/zoneinfo, or install the zones first: package: { name: tzdata }',
  };
}

/**
 * Returns the arguments of the link. An existing link to the zone keeps its text. A new link is relative if the old
 * link is, as the distribution makes it.
 */
function linkArguments(name: string, seen: Seen): ReturnType<typeof fileArguments.parse> {
  const state = seen.of(file(LINK));
  const path = `${ZONES}/${name}`;
  const old = state.type === 'link' ? state.target : undefined;
  const src = old === undefined || old.startsWith('/') ? path : `..${path}`;
  const isThere = old !== undefined && targetsOf(LINK, old)[0] === path;
  return fileArguments.parse({ path: LINK, src: isThere ? old : src, state: 'link', force: true, follow: false });
}

/** Plans the file with the name; lines with # are comments. A host without the file does not need it. */
function editName(name: string, seen: Seen, context: Context): TextEdit {
  const there = endOf(seen.of(wholeFile(NAME_FILE)));
  if (there?.type === 'file' && there.content !== undefined && isZoneData(there.content)) {
    return {
      kind: 'impossible',
      what: `${NAME_FILE} contains the data of a time zone; it should contain a name`,
      remedy: `Remove it: file: { path: ${NAME_FILE}, state: absent }. A host without the file needs none.`,
    };
  }
  return editText(NAME_FILE, (text) => (there?.type === 'absent' || nameIn(text) === name ? text : `${name}\n`), {
    seen,
    context,
  });
}

function nameIn(text: string): string {
  return text.replace(/#.*/g, '').trim();
}

/** Joins both changes in one script. The link is made first. */
function both(link: Apply | undefined, written: Apply | undefined): Apply {
  if (link === undefined) return written ?? { script: '' };
  if (written === undefined) return link;
  return { ...written, script: `(\n${link.script}\n)\n[ $? = 0 ] || exit 1\n${written.script}` };
}
