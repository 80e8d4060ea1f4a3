const padding =
  'a store on files pads with zeros beyond the end; the local service cuts there, as the one in memory';
const wholeBehind =
  'the real service sends the whole data behind the text of an error; the local one the text alone';
const broken = 'a header that is too short breaks the connection of the real service';
const path = 'the real service tells a path of its machine';
/** They match where the local service has the real one's defects switched on: see `faults`. */
export const defects: ReadonlySet<string> = new Set([padding, wholeBehind, broken]);
const files = 'the local service has no files of its own that an object could come from or go to';
const chunks =
  'the real store in memory takes chunks and never puts them together; the local one refuses them';
const protocol = 'the protocol between a CSS and its ESSs is not imitated';

/** Records, by name, that the local service answers differently on purpose, and why. */
export const differences: ReadonlyMap<string, string> = new Map([
  ['range.get.0-100-over', padding],
  ['range.get.5-100-over', padding],
  ['range.get.10-12-beyond', padding],
  ['range.get.20-30-beyond', padding],
  ['range.get.open', wholeBehind],
  ['range.get.suffix', wholeBehind],
  ['range.get.multi', wholeBehind],
  ['range.get.reversed', wholeBehind],
  ['range.get.garbage', wholeBehind],
  ['range.get.short-header', broken],
  ['long.id', path],
  ['long.id.40k', path],
  ['list.all', 'two of the 32 states in it had not passed when it was recorded'],
  ['sig.badkey', "the words of Go's parser of keys"],
  ['unix.chunk1', chunks],
  ['unix.chunk2', chunks],
  ['unix.range.5-', wholeBehind],
  ['spi.poll.edge', protocol],
  ['spi.poll.identity-mismatch', protocol],
  ['uri2.css.dest', files],
  ['uri2.ess.status', files],
  ['src.put', files],
  ['src.css.data', files],
  ['src2.put', files],
  ['src2.css.status', files],
  ['src2.ess.data', files],
]);
