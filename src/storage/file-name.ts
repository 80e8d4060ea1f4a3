import { createHash } from 'node:crypto';

/** What file systems of Linux, macOS and Windows take at most. */
const mostBytes = 255;
/** What Windows refuses, what separates folders, what is invisible, and the percent sign, which escapes begin with. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const never = /[\u0000-\u001f\u007f-\u009f%"*/:<>?\\|\u2028\u2029\ufffe\uffff]|\p{Surrogate}/u;
/** Devices of Windows, with whatever ending. */
const device = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?= *(?:\.|$))/i;
const ending = /\.[A-Za-z0-9]{1,16}$/;

/**
 * A file name for any text, on every platform. An ordinary name stays as it is; what cannot be in one is escaped as in
 * an address (`a/b` is `a%2Fb`), and what is too long is cut and told apart by its hash. Two texts never get the same
 * name, but where a file system takes upper and lower case for the same.
 */
export function fileNameOf(text: string): string {
  return nameOf(text, (character) => never.test(character));
}

/** Such a name in which capitals are escaped, too: another one on every file system. */
export function caselessFileNameOf(text: string): string {
  return nameOf(text, (character) => never.test(character) || caselessOf(character) !== character);
}

/** What a file system that knows no upper and lower case takes a name for. */
export function caselessOf(name: string): string {
  return name.toUpperCase().toLowerCase();
}

function nameOf(text: string, isEscaped: (character: string) => boolean): string {
  // Nothing else begins with an escape of nothing.
  if (text === '') return '%';
  const pieces = Array.from(text, (character) => (isEscaped(character) ? escaped(character) : character));
  const last = pieces.length - 1;
  // Windows drops them, and `.` and `..` are folders.
  if (/^[. ]$/.test(pieces[last] ?? '')) pieces[last] = escaped(pieces[last] ?? '');
  if (device.test(text)) pieces[0] = escaped(pieces[0] ?? '');
  // macOS takes different ways to write a character for the same.
  const isComposed = text.normalize('NFC') === text;
  const name = isComposed ? pieces : pieces.map((piece) => (/^[ -~]+$/.test(piece) ? piece : escaped(piece)));
  return shortened(name, text);
}

function escaped(character: string): string {
  // Half of a pair has no bytes of its own.
  if (/\p{Surrogate}/u.test(character)) return `%u${character.charCodeAt(0).toString(16)}`;
  const bytes = Array.from(Buffer.from(character), (byte) => byte.toString(16).padStart(2, '0'));
  return bytes.map((byte) => `%${byte.toUpperCase()}`).join('');
}

/** Whole characters and escapes as far as there is room, a hash, and the ending that programs go by. */
function shortened(pieces: readonly string[], text: string): string {
  const whole = pieces.join('');
  if (Buffer.byteLength(whole) <= mostBytes) return whole;
  const hash = createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, 32);
  const tail = `%~${hash}${ending.exec(whole)?.[0] ?? ''}`;
  let head = '';
  for (const piece of pieces) {
    if (Buffer.byteLength(head + piece + tail) > mostBytes) break;
    head += piece;
  }
  return head + tail;
}
