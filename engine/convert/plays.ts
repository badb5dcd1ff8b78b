import { isMap, isSeq } from 'yaml';
import { PLAY_KEYWORDS } from '../playbook/base/keywords.ts';
import { insteadOf } from '../values/habits/ansible-differences.ts';
import { withoutCollection } from '../values/habits/other-names.ts';
import {
  type Entry,
  type MapOfFile,
  type YamlNode,
  entriesOf,
  itemsOf,
  ownEntriesOf,
  textOf,
} from './base/yaml-source.ts';
import { convertConditions } from './conditions.ts';
import { convertKeyword, leave } from './keywords.ts';
import { type Standing, convertValue } from './scalars.ts';
import { type StepUse, convertSteps } from './steps.ts';

const SECTIONS: ReadonlySet<string> = new Set(['pre_tasks', 'tasks', 'post_tasks', 'handlers']);

/** Converts the plays of a playbook. */
export function convertPlaybook(list: YamlNode, use: StepUse): void {
  if (!isSeq(list)) return;
  for (const play of itemsOf(list)) if (isMap(play)) convertPlay(play, use);
}

function convertPlay(play: MapOfFile, use: StepUse): void {
  const entries = ownEntriesOf(play);
  const isFlow = play.flow === true;
  use.draft.unit('play', play.range[0], () => {
    for (const entry of entries) {
      const standing = { anchor: isFlow ? play.range[0] : entry.keyNode.range[0], isFlow, key: entry.key };
      if (!SECTIONS.has(entry.key) && entry.key !== 'roles') convertPlayEntry(entry, entries, standing, use);
    }
  });
  for (const { key, value } of entries) {
    if (SECTIONS.has(key)) convertSteps(value, use);
    else if (key === 'roles') convertRoleUses(value, use);
  }
}

function convertPlayEntry(entry: Entry, entries: readonly Entry[], standing: Standing, use: StepUse): void {
  const { draft } = use;
  const { key } = entry;
  const short = withoutCollection(key);
  if (short === 'import_playbook' || short === 'include') {
    if (key !== 'import_playbook') draft.rename(entry, 'import_playbook');
    convertValue(entry.value, standing, use);
  } else if (key === 'user') draft.rename(entry, 'remote_user');
  else if (key === 'connection') convertConnection(entry, entries, standing, use);
  else if (isKept(key)) convertKeyword(entry, standing, use);
  else {
    const instead = insteadOf(key, 'play', 'task');
    if (instead?.startsWith('Leave it out') === true) draft.remove(entry);
    else leave(entry, standing, use, instead);
  }
}

function isKept(key: string): boolean {
  return (
    PLAY_KEYWORDS.has(key) ||
    ['when', 'sudo', 'sudo_user', 'collections', 'force_handlers', 'gather_subset'].includes(key)
  );
}

/** Converts `connection`. A play on the controller needs no such keyword. */
function convertConnection(entry: Entry, entries: readonly Entry[], standing: Standing, use: StepUse): void {
  const hosts = entries.find(({ key }) => key === 'hosts')?.value;
  const isHere = ['localhost', '127.0.0.1'].includes(hosts ? (textOf(hosts) ?? '') : '');
  const how = entry.value === null ? undefined : textOf(entry.value);
  if ((isHere && how === 'local') || how === 'ssh' || how === 'smart') use.draft.remove(entry);
  else leave(entry, standing, use);
}

/** Converts `roles:` of a play, or `dependencies:` of a role. */
export function convertRoleUses(list: YamlNode | null, use: StepUse): void {
  if (list === null || !isSeq(list)) return;
  for (const item of itemsOf(list)) {
    const isFlow = list.flow === true || (isMap(item) && item.flow === true);
    use.draft.unit('role', item.range[0], () => {
      markTemplatedRole(item, use);
      if (!isMap(item)) {
        convertValue(item, { anchor: item.range[0], isFlow }, use);
        return;
      }
      for (const entry of ownEntriesOf(item)) {
        const standing = { anchor: isFlow ? item.range[0] : entry.keyNode.range[0], isFlow, key: entry.key };
        if (entry.key === 'when') convertConditions(entry, standing, use);
        else if (['become', 'sudo', 'ignore_errors', 'run_once'].includes(entry.key))
          convertKeyword(entry, standing, use);
        else convertValue(entry.value, standing, use);
      }
    });
  }
}

/** Marks a role whose name is a template: the roles of a play are read before its variables are known. */
function markTemplatedRole(item: YamlNode, { draft }: StepUse): void {
  const named = isMap(item) ? entriesOf(item).find(({ key }) => key === 'role' || key === 'name')?.value : item;
  const text = textOf(named ?? null);
  const anchor = item.range[0];
  if (text?.includes('{{') !== true || draft.isMarked(anchor)) return;
  const instead = 'Its name is a template. Write a task in its place: include_role: { name: … }.';
  draft.mark(anchor, { kind: 'byHand', why: { kind: 'keyword', name: 'role', instead } });
}
