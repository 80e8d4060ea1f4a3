/** Up to three numbers without leading zeros, such as `1.2.3`. */
const version = /^(0|[1-9]\d*)(\.(0|[1-9]\d*)){0,2}$/;

/**
 * Whether the text is what a policy's service takes as its version: one version (from it on), or a range such as
 * `[1.0.0,2.0.0)` or `[1.0.0,INFINITY)`, with `[` and `]` for "included", `(` and `)` for "not included".
 */
export function isVersionRange(text: string): boolean {
  const trimmed = text.trim();
  if (version.test(trimmed)) return true;
  const [start, end, ...more] = /^[[(](.*)[\])]$/.exec(trimmed)?.[1]?.split(',') ?? [];
  if (start === undefined || end === undefined || more.length > 0) return false;
  return version.test(start.trim()) && (end.trim() === 'INFINITY' || version.test(end.trim()));
}

/** Whether a version of up to three numbers lies in a range as isVersionRange takes it. */
export function isInVersionRange(candidate: string, range: string): boolean {
  const text = range.trim();
  const bounds = /^([[(])([^,]*),([^,]*)([\])])$/.exec(text);
  if (!bounds) return compare(candidate, text) >= 0;
  const [, open, start = '', end = '', close] = bounds;
  const fromStart = compare(candidate, start);
  const toEnd = end.trim() === 'INFINITY' ? -1 : compare(candidate, end);
  return (open === '[' ? fromStart >= 0 : fromStart > 0) && (close === ']' ? toEnd <= 0 : toEnd < 0);
}

function compare(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const index = left.findIndex((number, place) => number !== right[place]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}

function numbersOf(text: string): number[] {
  const numbers = text.trim().split('.').map(Number);
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0];
}
