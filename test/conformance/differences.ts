const path = 'the real service tells a path of its machine';
const files = 'the local service has no files of its own that an object could come from or go to';
const protocol = 'the protocol between a CSS and its ESSs is not imitated';

/** Records, by name, that the local service answers differently on purpose, and why. */
export const differences: ReadonlyMap<string, string> = new Map([
  ['long.id', path],
  ['long.id.40k', path],
  ['row.long.css.type.put', path],
  ['row.long.css.type.put-nodata', path],
  ['del2.destinations', 'the real service adds destinations a moment later: this was recorded within it'],
  ['sig.badkey', "the words of Go's parser of keys"],
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
