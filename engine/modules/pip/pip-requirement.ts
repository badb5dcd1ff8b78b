import { fulfils } from './pip-version.ts';

/** One package that a task wants. */
export interface Requirement {
  /** The text for the command line of pip. */
  readonly text: string;
  /** The name in its normal form; undefined for a URL or a path, which does not show the name. */
  readonly name: string | undefined;
  /** Conditions on the version, such as `>=1.2,<2`; empty if any version is right. */
  readonly conditions: string;
  /** True if the package is wanted only in some environments, by a condition after a semicolon. */
  readonly isConditional: boolean;
}

/** Returns the normal form of the name of a package: PEP 503. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

const REQUIREMENT =
  /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?) ?(?:\[[^\]]*\] ?)?(?:\( ?)?((?:[=<>!~][^;()]*)?)(?:\) ?)?(;.*)?$/;

/** Parses a requirement as pip reads it (PEP 508), such as `django>=5,<6; python_version > "3.10"`. */
export function requirement(text: string): Requirement {
  const [, name, conditions = '', marker] = REQUIREMENT.exec(text.trim().replaceAll(/\s+/g, ' ')) ?? [];
  return {
    text,
    name: name === undefined ? undefined : normalName(name),
    conditions: conditions.trim(),
    isConditional: marker !== undefined,
  };
}

/**
 * Returns the packages in a file of requirements; undefined if it includes other files, or has lines that are not
 * understood here.
 */
export function requirementsIn(content: string): readonly Requirement[] | undefined {
  const found: Requirement[] = [];
  for (const line of content.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const text = line
      .replace(/(^|\s)#[^]*$/, '')
      .replace(/\s--hash[= ]\S+/g, '')
      .trim();
    if (
      text === '' ||
      /^(?:-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host|--no-index|--prefer-binary|--only-binary|--no-binary|--require-hashes)\b/.test(
        text,
      )
    )
      continue;
    if (text.startsWith('-')) return undefined;
    found.push(requirement(text));
  }
  return found;
}

/**
 * Returns whether the installed packages fulfil a requirement; undefined if this is not known. `versions`: the
 * installed versions by name in normal form.
 */
export function isFulfilled(
  { name, conditions, isConditional }: Requirement,
  versions: Readonly<Record<string, string>>,
): boolean | undefined {
  if (name === undefined) return undefined;
  const version = versions[name];
  if (version === undefined) return isConditional ? undefined : false;
  const fits = fulfils(version, conditions);
  return fits === false && isConditional ? undefined : fits;
}
