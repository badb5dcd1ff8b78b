/**
 * Returns the ports of the host that lead into a container, in the form of the look: `127.0.0.1:8080:80/tcp`. Ranges are
 * written out. A port that the program chooses is left out.
 */
export function portBindings(written: string): readonly string[] {
  const [, address = '', host = '', inside = '', protocol = 'tcp'] =
    /^(?:(\[[^\]]+\]|[^:]*):)?(?:([0-9-]*):)?([0-9-]+)(?:\/(tcp|udp|sctp))?$/.exec(withAddress(written)) ?? [];
  const insides = rangeOf(inside);
  const hosts = rangeOf(host);
  if (hosts.length !== insides.length) return [];
  const from = address.replace(/^\[|\]$/g, '');
  return insides.map((port, index) => `${from === '' ? '0.0.0.0' : from}:${hosts[index]}:${port}/${protocol}`);
}

/** Of two parts, the first one is a port: `8080:80`. */
function withAddress(written: string): string {
  return /^[0-9-]+:[0-9-]+(?:\/\w+)?$/.test(written) ? `:${written}` : written;
}

function rangeOf(text: string): readonly number[] {
  const [first, last = first] = text.split('-').map(Number);
  if (text === '' || first === undefined || last === undefined) return [];
  return Array.from({ length: Math.max(0, Math.min(last - first + 1, 65_536)) }, (_, index) => first + index);
}
