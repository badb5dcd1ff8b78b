/** The wanted state of an INI file, as a task gives it. */
export interface IniWish {
  /** The name of the section. Undefined for the lines before the first section. */
  readonly section: string | undefined;
  /** Options that select one of several sections with the same name. */
  readonly having: readonly IniCondition[];
  /** The name of the option. Undefined if the task is about the section as a whole. */
  readonly option: string | undefined;
  readonly values: readonly string[];
  readonly state: 'present' | 'absent';
  /** True if all other values of the option are removed. */
  readonly exclusive: boolean;
  /** The text between option and value: ` = ` or `=`. */
  readonly separator: string;
  /** True if a line stays unchanged when it differs only in the blanks around `=`. */
  readonly ignoreSpaces: boolean;
  /** True if the option may be written without `=` and value. */
  readonly allowNoValue: boolean;
  /** True if a commented line with the option is used, and becomes active. */
  readonly usesInactive: boolean;
}

export interface IniCondition {
  readonly option: string;
  /** The values of the condition; empty if any value fulfils it. */
  readonly values: readonly string[];
}

/** Returns the text after the edit. Existing line ends stay; a new line ends like the first line of the text. */
export function editIni(text: string, wish: IniWish): string {
  const lines = linesOf(text);
  const end = lines[0]?.endsWith('\r') === true ? '\r' : '';
  const found = findSection(lines, wish);
  const after =
    wish.state === 'absent'
      ? withoutIt(lines, found, wish)
      : found === undefined
        ? [...lines, ...newSection(wish).map((line) => line + end)]
        : withIt(lines, found, wish, end);
  return after.map((line) => `${line}\n`).join('');
}

function linesOf(text: string): readonly string[] {
  const plain = text.replace(/^\ufeff/, '');
  return plain === '' ? [] : plain.replace(/\n$/, '').split('\n');
}

/** The lines of a section. `start` is the first line after its header. */
interface Section {
  readonly start: number;
  readonly end: number;
}

function findSection(lines: readonly string[], { section, having }: IniWish): Section | undefined {
  const heads = lines.flatMap((line, index) => (line.startsWith('[') ? [index] : []));
  if (section === undefined) return { start: 0, end: heads[0] ?? lines.length };
  for (const [at, head] of heads.entries()) {
    const name = /^\[([^\]]*)\]/.exec(lines[head] ?? '')?.[1]?.trim();
    const end = heads[at + 1] ?? lines.length;
    if (name !== section.trim()) continue;
    const own = lines.slice(head + 1, end);
    if (having.every((one) => own.some((line) => holds(line, one)))) return { start: head + 1, end };
  }
  return undefined;
}

function holds(line: string, { option, values }: IniCondition): boolean {
  const found = settingIn(line, option);
  return found !== undefined && (values.length === 0 || values.includes(found.value));
}

/** A line that sets an option, or a commented line with an option. */
interface Setting {
  readonly isActive: boolean;
  readonly hasSeparator: boolean;
  readonly value: string;
}

function settingIn(line: string, option: string): Setting | undefined {
  const [, comment = '', rest = ''] = /^[ \t]*([#;]?)[ \t]*(.*?)\r?$/s.exec(line) ?? [];
  if (!rest.startsWith(option)) return undefined;
  const [, separator, value = ''] = /^[ \t]*(?:(=)[ \t]*(.*))?$/s.exec(rest.slice(option.length)) ?? [];
  if (separator === undefined && rest.slice(option.length).trim() !== '') return undefined;
  return { isActive: comment === '', hasSeparator: separator !== undefined, value };
}

function newSection({ section = '', having, option, values, exclusive, separator, allowNoValue }: IniWish): string[] {
  const set = (name: string, all: readonly string[]): readonly string[] =>
    all.length > 0 ? all.map((value) => `${name}${separator}${value}`) : allowNoValue ? [name] : [];
  const own = having.filter((one) => one.option === option).flatMap((one) => (exclusive ? [] : one.values));
  return [
    `[${section}]`,
    ...having.filter((one) => one.option !== option).flatMap((one) => set(one.option, one.values)),
    ...(option === undefined ? [] : set(option, [...new Set([...values, ...own])])),
  ];
}

function withoutIt(lines: readonly string[], found: Section | undefined, wish: IniWish): readonly string[] {
  const { option, section, values, exclusive } = wish;
  if (found === undefined) return lines;
  const { start, end } = found;
  if (option === undefined) return [...lines.slice(0, section === undefined ? start : start - 1), ...lines.slice(end)];
  return lines.filter((line, index) => {
    const setting = index >= start && index < end ? settingIn(line, option) : undefined;
    return setting?.isActive !== true || !(exclusive || values.includes(setting.value));
  });
}

function withIt(lines: readonly string[], { start, end }: Section, wish: IniWish, lineEnd: string): readonly string[] {
  const { option } = wish;
  if (option === undefined) return lines;
  const own = settled(lines.slice(start, end), option, wish, lineEnd);
  return [...lines.slice(0, start), ...own, ...lines.slice(end)];
}

/** Returns the lines of the section after the option has got its values. */
function settled(own: readonly string[], option: string, wish: IniWish, lineEnd: string): readonly string[] {
  const { values, allowNoValue, exclusive, separator, ignoreSpaces, usesInactive } = wish;
  // null stands for the option without a value.
  const missing: (string | null)[] = values.length > 0 ? [...new Set(values)] : allowNoValue ? [null] : [];
  const after: (string | undefined)[] = [...own];
  const open = own.flatMap((line, index) => {
    const setting = settingIn(line, option);
    return setting === undefined || (!usesInactive && !setting.isActive) ? [] : [{ index, line, setting }];
  });
  const set = ({ index, line, setting }: (typeof open)[number], value: string | null): void => {
    const isSame = ignoreSpaces && setting.isActive && setting.value === (value ?? '');
    after[index] = isSame ? line : lineFor(option, value, separator) + (line.endsWith('\r') ? '\r' : lineEnd);
  };
  const others = open.filter((one) => {
    const at = missing.findIndex((value) => (value ?? '') === one.setting.value);
    if (at < 0) return true;
    set(one, missing[at] ?? null);
    missing.splice(at, 1);
    return false;
  });
  if (exclusive)
    for (const one of others) {
      // A comment that only begins with the name of the option is a text for people, not a commented option.
      if (!one.setting.isActive && !one.setting.hasSeparator) continue;
      if (missing.length === 0) after[one.index] = undefined;
      else set(one, missing.shift() ?? null);
    }
  const kept = after.filter((line) => line !== undefined);
  const last = kept.findLastIndex((line) => !/^[ \t]*(?:[#;].*)?\r?$/s.test(line)) + 1;
  return [
    ...kept.slice(0, last),
    ...missing.map((one) => lineFor(option, one, separator) + lineEnd),
    ...kept.slice(last),
  ];
}

function lineFor(option: string, value: string | null, separator: string): string {
  return value === null ? option : `${option}${separator}${value}`;
}
