/** Returns an elapsed time in whole seconds: `12 s`, `2 min 14 s`, `1 h 5 min`. */
export function elapsedText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** Returns a number of bytes for people: `900 bytes`, `1.5 kB`, `200 MB`. */
export function bytesText(bytes: number): string {
  let amount = bytes;
  let unit = 'bytes';
  for (const larger of UNITS) {
    if (amount < 1000) break;
    amount /= 1000;
    unit = larger;
  }
  return `${unit === 'bytes' || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${unit}`;
}
