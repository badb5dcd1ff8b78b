import type { Area, Case, JsonMap } from './case.ts';
import { Chance } from './chance.ts';
import type { Draft } from './draft.ts';
import { groupCase, keyCase, newAccountCase, userCase } from './generate-accounts.ts';
import { archiveCase } from './generate-archives.ts';
import { commandCase } from './generate-commands.ts';
import { conversionCase } from './generate-conversion.ts';
import { blockCase, editsCase, lineCase, replaceCase } from './generate-edits.ts';
import { copyCase, copyFolderCase, fetchCase, fileCase, templateCase, twoFilesCase } from './generate-files.ts';
import { flowCase } from './generate-flow.ts';
import { assembleCase, hostFolderCase } from './generate-folders.ts';
import { formsCase } from './generate-forms.ts';
import { functionCase } from './generate-functions.ts';
import { inventoryCase, patternCase } from './generate-inventory.ts';
import { findCase, seenCase, slurpCase, statCase, tempfileCase } from './generate-looks.ts';
import { omitCase } from './generate-omit.ts';
import { precedenceCase } from './generate-precedence.ts';
import {
  PARAMETERS,
  cronCase,
  hostnameCase,
  mountCase,
  newUnitCase,
  packageCase,
  sysctlCase,
  unitCase,
} from './generate-system.ts';
import { checkModeCase, getentCase, gitCase, knownHostsCase } from './generate-tools.ts';
import { downloadCase, uriCase } from './generate-web.ts';
import { conditionCase, factCase, loopCase } from './generate-words.ts';

type Generator = (chance: Chance, number: number) => Omit<Case, 'id' | 'area'>;

interface Share {
  readonly area: Area;
  /** Its share of all cases, in per cent. */
  readonly share: number;
  readonly generate: Generator;
  /** Whether it is left out of a run of few cases that names no area, because it needs hosts. */
  readonly costly?: true;
}

/** With this number of cases or more, a run has all areas. */
const MANY = 1_000;

type Draw = (chance: Chance, number: number) => Draft;

const SHARES: readonly Share[] = [
  {
    area: 'files',
    share: 17,
    generate: tasks([fileCase, fileCase, copyCase, copyCase, copyFolderCase, fetchCase, twoFilesCase, checkModeCase]),
  },
  {
    area: 'edits',
    share: 17,
    generate: tasks([lineCase, lineCase, blockCase, replaceCase, editsCase, knownHostsCase]),
  },
  { area: 'templates', share: 5, generate: tasks([templateCase]) },
  {
    area: 'looks',
    share: 8,
    generate: tasks([statCase, findCase, findCase, slurpCase, tempfileCase, seenCase, getentCase]),
  },
  { area: 'commands', share: 6, generate: tasks([commandCase, commandCase, gitCase]) },
  {
    area: 'words',
    share: 7,
    generate: tasks([factCase, conditionCase, conditionCase, loopCase, functionCase, functionCase, omitCase]),
  },
  { area: 'forms', share: 6, generate: tasks([formsCase]) },
  { area: 'web', share: 5, generate: tasks([uriCase, downloadCase]) },
  {
    area: 'archives',
    share: 4,
    generate: tasks([archiveCase, archiveCase, archiveCase, assembleCase, hostFolderCase]),
  },
  { area: 'flow', share: 16, generate: played(flowCase) },
  { area: 'conversion', share: 6, generate: converted(conversionCase) },
  { area: 'precedence', share: 3, generate: played(precedenceCase) },
  { area: 'inventory', share: 7, generate: inventory },
  { area: 'patterns', share: 8, generate: pattern },
  { area: 'system', share: 6, generate: system, costly: true },
];

function tasks(drafts: readonly [(chance: Chance) => Draft, ...((chance: Chance) => Draft)[]]): Generator {
  return (chance) => {
    const { given = [], files = {}, tasks, ...rest } = chance.one(drafts)(chance);
    return { given, files, input: { kind: 'tasks', tasks }, ...rest };
  };
}

function converted(draft: (chance: Chance) => Draft): Generator {
  return (chance) => {
    const { files = {}, tasks } = draft(chance);
    return { given: [], files, input: { kind: 'tasks', tasks, isConverted: true } };
  };
}

function played(draft: (chance: Chance) => { readonly files: JsonMap; readonly args: readonly string[] }): Generator {
  return (chance) => {
    const { files, args } = draft(chance);
    return { given: [], files, input: { kind: 'play', args } };
  };
}

function inventory(chance: Chance): ReturnType<Generator> {
  const { files, sources } = inventoryCase(chance);
  return { given: [], files, input: { kind: 'inventory', sources } };
}

function pattern(chance: Chance): ReturnType<Generator> {
  const { files, pattern } = patternCase(chance);
  return { given: [], files, input: { kind: 'pattern', pattern } };
}

/** Only the first case is about the host's name. */
function system(chance: Chance, number: number): ReturnType<Generator> {
  const accounts: readonly [Draw, ...Draw[]] = [userCase, userCase, userCase, groupCase, keyCase, newAccountCase];
  const parameters = number < PARAMETERS.length ? [sysctlCase, sysctlCase] : [];
  const others: readonly [Draw, ...Draw[]] = [
    cronCase,
    unitCase,
    unitCase,
    newUnitCase,
    packageCase,
    mountCase,
    ...parameters,
  ];
  const {
    given = [],
    files = {},
    tasks,
  } = (number === 0 ? hostnameCase : chance.one(chance.of(0.45) ? accounts : others))(chance, number);
  return { given, files, input: { kind: 'system', tasks } };
}

/** Returns the cases of a seed. A case with the same name is the same, whatever the number of cases. */
export function generated({
  seed,
  count,
  area,
}: {
  readonly seed: number;
  readonly count: number;
  readonly area: Area | undefined;
}): readonly Case[] {
  const wanted = SHARES.filter((one) =>
    area === undefined ? one.costly === undefined || count >= MANY : one.area === area,
  );
  const whole = wanted.reduce((sum, { share }) => sum + share, 0);
  return wanted.flatMap((one) =>
    Array.from({ length: Math.ceil((count * one.share) / whole) }, (_, number) => generatedCase(seed, one, number)),
  );
}

function generatedCase(seed: number, { area, generate }: Share, number: number): Case {
  const id = `${area}-${String(number).padStart(4, '0')}`;
  return { id, area, ...generate(new Chance(seed, id), number) };
}
