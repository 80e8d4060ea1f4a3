/** A time as services write it: without fractions of a second. The real one compares times as texts of this kind. */
export function rfc3339(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
