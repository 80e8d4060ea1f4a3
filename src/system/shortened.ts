/** In characters: an error repeats what it was given, which may have any length. What is longer loses its middle. */
const most = 1_000;
const [head, tail] = [700, 200];

/** A text that people can read. */
export function shortened(text: string): string {
  if (text.length <= most) return text;
  const left = text.length - head - tail;
  return `${text.slice(0, head)} [... ${left} more characters ...] ${text.slice(-tail)}`;
}
