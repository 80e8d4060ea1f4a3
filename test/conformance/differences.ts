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

/** Records that the local service answers differently on purpose, and why. */
export const differences = new Map<number, string>([
  [105, padding],
  [106, padding],
  [108, padding],
  [109, padding],
  [110, wholeBehind],
  [111, wholeBehind],
  [112, wholeBehind],
  [113, wholeBehind],
  [114, wholeBehind],
  [115, broken],
  [179, path],
  [182, path],
  [278, 'two of the 32 states in it had not passed when it was recorded'],
  [583, "the words of Go's parser of keys"],
  [602, chunks],
  [603, chunks],
  [640, wholeBehind],
  [656, protocol],
  [657, protocol],
  [684, files],
  [685, files],
  [686, files],
  [687, files],
  [688, files],
  [689, files],
  [690, files],
]);
