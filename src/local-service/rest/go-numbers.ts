const [smallest, largest] = [-(2n ** 63n), 2n ** 63n - 1n];

/** A whole number as Go's ParseInt reads it, or what it says of a text that is none. */
export function parseInt64(
  text: string,
): { value: bigint; error?: never } | { value?: never; error: string } {
  const failed = `strconv.ParseInt: parsing ${JSON.stringify(text)}:`;
  // Go finds a number too large before it sees a wrong character after it.
  const [, digits = ''] = /^[+-]?(\d*)/.exec(text) ?? [];
  if (BigInt(digits) >= 2n ** 64n) return { error: `${failed} value out of range` };
  if (!/^[+-]?\d+$/.test(text)) return { error: `${failed} invalid syntax` };
  const value = BigInt(text.replace('+', ''));
  return value < smallest || value > largest ? { error: `${failed} value out of range` } : { value };
}
