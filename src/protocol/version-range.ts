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
