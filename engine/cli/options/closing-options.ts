import { type Command, InvalidArgumentError } from 'commander';

/** The formats of a report. */
export const REPORT_FORMATS = ['github', 'html', 'json', 'junit', 'markdown'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface WantedReport {
  readonly format: ReportFormat;
  /** The file to write to. Undefined for stdout. */
  readonly file: string | undefined;
}

/** The options of `addClosingOptions`. */
export interface ClosingFlags {
  readonly report: readonly WantedReport[];
  /** A command that runs on the controller. Only the command line may set it. */
  readonly onFinish?: string;
  /** A file for the events of the run. */
  readonly events?: string;
}

/** Adds the options for the end of a command: --report and --on-finish. */
export function addClosingOptions(command: Command): Command {
  return addOnFinishOption(
    command.option(
      '--report <format=file>',
      'write a report at the end: junit=FILE, markdown=FILE, json=FILE, html=FILE, or github (annotations of GitHub Actions, to stdout); may be given more than once',
      collectReports,
      [],
    ),
  );
}

/** Adds --events. */
export function addEventsOption(command: Command): Command {
  return command.option(
    '--events <file>',
    'also write each event of the run to this file when it happens: one JSON object a line, as --output json',
  );
}

/** Adds only --on-finish. */
export function addOnFinishOption(command: Command): Command {
  return command.option(
    '--on-finish <command>',
    'run this command on this machine at the end; it gets the result in RUNBOOK_STATUS and other variables, and as JSON on stdin',
  );
}

function collectReports(value: string, before: readonly WantedReport[]): readonly WantedReport[] {
  const [name = '', ...rest] = value.split('=');
  const format = REPORT_FORMATS.find((one) => one === name);
  const file = rest.length === 0 ? undefined : rest.join('=');
  if (format === undefined)
    throw new InvalidArgumentError(`It must begin with one of ${REPORT_FORMATS.join(', ')}, such as junit=report.xml.`);
  if (file === '' || (file === undefined && format !== 'github'))
    throw new InvalidArgumentError(`It must name a file, such as ${format}=report.txt.`);
  return [...before, { format, file }];
}
