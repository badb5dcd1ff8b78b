import { quote } from '../../connection/base/quote.ts';
import type { Value, ValueMap } from '../../values/base/value.ts';

/**
 * Returns shell text that prints each file `*.fact` of a folder: its name, the exit status, the number of bytes, and
 * what it holds. As in Ansible, a file that its owner may execute is a program, and its output counts.
 */
export function localFactsScript(folder: string): string {
  return `for file in ${quote(folder)}/*.fact; do
  [ -e "$file" ] || continue
  status=0
  case $(ls -ldL "$file") in
    ???[xs]*) out=$("$file" 2>/dev/null </dev/null) || status=$? ;;
    *) out=$(cat "$file" 2>/dev/null) || : ;;
  esac
  name=\${file##*/}
  printf '%s\\n%s\\n%s\\n%s\\n' "$name" "$status" "$(LC_ALL=C; echo "\${#out}")" "$out"
done
`;
}

/** Reads what the script has printed. Files that cannot be read as facts become a text that says so, as in Ansible. */
export function localFacts(output: Buffer, folder: string): ValueMap {
  const facts = new Map<string, Value>();
  let at = 0;
  const line = (): string => {
    const end = output.indexOf(0x0a, at);
    const text = output.subarray(at, end === -1 ? undefined : end).toString('utf8');
    at = end === -1 ? output.length : end + 1;
    return text;
  };
  while (at < output.length) {
    const [name, status, size] = [line(), line(), Number(line())];
    const text = output.subarray(at, at + size).toString('utf8');
    at += size + 1;
    const file = `${folder}/${name}`;
    const failure = `Failure executing fact script (${file}), rc: ${status}, err: `;
    facts.set(name.replaceAll('.fact', ''), status === '0' ? factOf(text, file) : failure);
  }
  return Object.fromEntries(facts);
}

function factOf(text: string, file: string): Value {
  try {
    return JSON.parse(text);
  } catch {
    return iniOf(text) ?? `error loading facts as JSON or ini - please check content: ${file}`;
  }
}

/**
 * Reads a text as Python's configparser does: keys in lower case, values as texts, `%(name)s` filled in. Undefined for
 * anything else, such as a key before the first section.
 */
export function iniOf(text: string): ValueMap | undefined {
  const sections = new Map<string, Map<string, string>>();
  let open: Open | undefined;
  for (const line of text.split('\n')) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    open = readLine(line, open, sections);
    if (open === undefined) return undefined;
  }
  const common = sections.get('DEFAULT') ?? new Map<string, string>();
  sections.delete('DEFAULT');
  const filled = [...sections].map(([name, own]) => [name, filledIn(new Map([...common, ...own]))] as const);
  return Object.fromEntries(filled);
}

/** The section that is being read, and the last key in it. */
interface Open {
  readonly section: Map<string, string>;
  readonly key: string | undefined;
}

/** Reads a line into its section. Undefined if configparser would not read it. */
function readLine(line: string, open: Open | undefined, sections: Map<string, Map<string, string>>): Open | undefined {
  const text = line.trim();
  const key = /^\s/.test(line) ? open?.key : undefined;
  if (open !== undefined && key !== undefined) {
    open.section.set(key, `${open.section.get(key) ?? ''}\n${text}`);
    return open;
  }
  const name = /^\[(.+)\]/.exec(text)?.[1];
  if (name !== undefined) return sections.has(name) ? undefined : opened(name, sections);
  const at = text.search(/[=:]/);
  const own = text.slice(0, Math.max(0, at)).trimEnd().toLowerCase();
  if (open === undefined || own === '' || open.section.has(own)) return undefined;
  open.section.set(own, text.slice(at + 1).trimStart());
  return { section: open.section, key: own };
}

function opened(name: string, sections: Map<string, Map<string, string>>): Open {
  const section = new Map<string, string>();
  sections.set(name, section);
  return { section, key: undefined };
}

function filledIn(options: ReadonlyMap<string, string>): ValueMap {
  const valueOf = (text: string, depth: number): string =>
    text.replaceAll(/%%|%\(([^()]+)\)s/g, (whole, name?: string) => {
      if (name === undefined) return '%';
      const inner = options.get(name.toLowerCase());
      return inner === undefined || depth > 10 ? whole : valueOf(inner, depth + 1);
    });
  return Object.fromEntries([...options].map(([name, text]) => [name, valueOf(text, 0)]));
}
