import { quote } from '../../connection/base/quote.ts';
import type { ContainerSettings } from './container-arguments.ts';
import { commandOf } from './container-obstacle.ts';
import { commandWords, furtherNetworks, optionWords, secretVariables } from './container-options.ts';

/** What must be done with a container. */
export interface ContainerWork {
  readonly name: string;
  readonly image: string;
  readonly settings: ContainerSettings;
  readonly pulls: boolean;
  /** Whether a container of the name exists. */
  readonly exists: boolean;
  /** `if_other`: only if its image is another one after the pull; `image` is the id of the image that it has. */
  readonly makes: 'no' | 'yes' | { readonly unlessImage: string };
  readonly keepsVolumes: boolean;
  readonly ends: 'start' | 'stop' | 'restart' | 'leave';
  readonly stop: readonly string[];
  /** The time in seconds to wait for its health; undefined: none. */
  readonly health: number | undefined;
}

/** Returns the lines of the script. */
export function containerLines(work: ContainerWork): readonly string[] {
  const { name, image, makes } = work;
  const made = makeLines(work);
  return [
    ...(work.pulls ? [`${commandOf(['pull', image])} >&2`] : []),
    ...(makes === 'no'
      ? []
      : makes === 'yes'
        ? made
        : [
            `image_id=$(${commandOf(['image', 'inspect', '--format', '{{.Id}}', image])})`,
            `if [ "\${image_id#sha256:}" != ${quote(makes.unlessImage)} ]; then`,
            ...made,
            'fi',
          ]),
    ...endLines(work),
    ...(work.health === undefined ? [] : healthLines(name, work.health)),
  ];
}

/**
 * The new container is made before the old one is removed: if it cannot be made, the old one stays. Secret variables
 * come by stdin.
 */
function makeLines({ name, image, settings, exists, keepsVolumes }: ContainerWork): readonly string[] {
  const made = exists ? `${name}.runbook-new` : name;
  const secrets = secretVariables(settings);
  const hidden = secrets.length === 0 ? [] : ['--env-file', '/dev/stdin'];
  const create = commandOf([
    'create',
    '--name',
    made,
    ...optionWords(settings),
    ...hidden,
    image,
    ...commandWords(settings),
  ]);
  const quiet = '>/dev/null';
  return [
    ...(exists ? [`${commandOf(['rm', '--force', made])} >/dev/null 2>&1 || :`] : []),
    secrets.length === 0 ? `${create} ${quiet}` : `printf '%s\\n' ${secrets.map(quote).join(' ')} | ${create} ${quiet}`,
    ...furtherNetworks(settings).map((words) => commandOf(['network', 'connect', ...words, made])),
    ...(exists
      ? [
          `${commandOf(['rm', '--force', ...(keepsVolumes ? [] : ['--volumes']), name])} ${quiet}`,
          commandOf(['rename', made, name]),
        ]
      : []),
  ];
}

function endLines({ name, ends, stop }: ContainerWork): readonly string[] {
  switch (ends) {
    case 'start':
      return [`${commandOf(['start', name])} >/dev/null`];
    case 'restart':
      return [
        `${commandOf(['restart', ...stop.filter((word) => word !== 'kill' && word !== 'stop'), name])} >/dev/null`,
      ];
    case 'stop':
      return [`${commandOf([...stop, name])} >/dev/null`];
    case 'leave':
      return [];
  }
}

function healthLines(name: string, seconds: number): readonly string[] {
  const format = '{{if .State.Health}}{{.State.Health.Status}}{{end}}';
  return [
    `left=${seconds}`,
    `while health=$(${commandOf(['container', 'inspect', '--format', format, name])}); [ "$health" != healthy ]; do`,
    `  if [ "$health" = unhealthy ] || [ "$left" -le 0 ]; then echo "the health is \${health:-not checked}" >&2; exit 1; fi`,
    '  sleep 1; left=$((left - 1))',
    'done',
  ];
}
