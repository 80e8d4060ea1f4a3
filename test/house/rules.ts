import { codeOf, type Import, importsOf, type SourceFile } from './code';
import {
  doorkeepers,
  floors,
  longFiles,
  mostLines,
  plan,
  sourceOfTimeAndChance,
  timeAndChance,
  timerModules,
} from './plan';

/** Says what in some files is against a rule, each in one line that stays the same while nobody changes it. */
export type Rule = (files: readonly SourceFile[]) => string[];

/** Arrows run as the plan says: from room to room, and inside the large ones from floor to floor. */
const layers: Rule = (files) =>
  arrowsOf(files).flatMap((arrow) => {
    const why = againstPlan(arrow);
    return why ? [`${arrow.from} -> ${arrow.to}: ${why}`] : [];
  });

/** No file imports itself, by however many others, types included. */
const circles: Rule = (files) => {
  const next = new Map<string, string[]>();
  for (const { from, to } of arrowsOf(files)) next.set(from, [...(next.get(from) ?? []), to]);
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) found.push([...way.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    for (const other of next.get(file) ?? []) walk(other, [...way, file]);
    done.add(file);
  };
  for (const { path } of files) walk(path, []);
  return found;
};

/** Only those files import a package that the plan names for it. */
const doors: Rule = (files) =>
  eachImport(files).flatMap(({ from, specifier }) => {
    const [name = ''] = specifier.split('/');
    return doorkeepers[name] && !doorkeepers[name].includes(from) ? [`${from} imports ${name}`] : [];
  });

/** No file is longer than a reader can keep in mind. */
const size: Rule = (files) =>
  files
    .filter(({ path, text }) => text.split('\n').length - 1 > mostLines && !longFiles[path])
    .map(({ path }) => `${path} has more than ${mostLines} lines`);

/** Time and chance come from one place, so that a test can put another in its stead. */
const time: Rule = (files) => {
  // What runs in the editor has the browser's time.
  const outside = files.filter(
    ({ path }) => !isIn(sourceOfTimeAndChance, path) && !path.endsWith('.editor.ts'),
  );
  const used = outside.flatMap(({ path, text }) => {
    const code = codeOf(text, { quotes: false });
    return timeAndChance.flatMap((word) => {
      const [match] = word.exec(code) ?? [];
      return match ? [`${path} uses ${match.replace(/\($/, '')}`] : [];
    });
  });
  const imported = eachImport(outside)
    .filter(({ specifier }) => timerModules.includes(specifier.replace(/^node:/, '')))
    .map(({ from, specifier }) => `${from} imports ${specifier}`);
  return [...used, ...imported];
};

/** Each rule by its name. */
export const rules = { layers, circles, doors, size, time } as const;

export type RuleName = keyof typeof rules;

interface Arrow {
  readonly from: string;
  readonly to: string;
}

function againstPlan({ from, to }: Arrow): string | undefined {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (!room || !other) return `${room ? to : from} stands in no room of the plan`;
  if (room !== other) return plan[room]?.includes(other) ? undefined : `${room} may not know ${other}`;
  const inside = floors[room];
  const [part, otherPart] = [partOf(room, from), partOf(room, to)];
  if (!inside || part === otherPart) return undefined;
  const floorOf = (each: string): number => inside.findIndex((rooms) => rooms.includes(each));
  for (const each of [part, otherPart]) {
    if (floorOf(each) < 0) return `${room}/${each} stands on no floor of the plan`;
  }
  return floorOf(otherPart) < floorOf(part) ? undefined : `${otherPart} is not below ${part}`;
}

function roomOf(path: string): string | undefined {
  return Object.keys(plan).find((room) => isIn(room, path));
}

/** What a file belongs to inside its room: the folder, or the file itself where it stands in none. */
function partOf(room: string, path: string): string {
  return path.slice(room.length + 1).split('/')[0] ?? '';
}

function isIn(room: string, path: string): boolean {
  return path.startsWith(`${room}/`);
}

function eachImport(files: readonly SourceFile[]): (Import & { from: string })[] {
  const all = new Set(files.map(({ path }) => path));
  return files.flatMap((file) => importsOf(file, all).map((each) => ({ from: file.path, ...each })));
}

function arrowsOf(files: readonly SourceFile[]): Arrow[] {
  return eachImport(files).flatMap(({ from, path }) => (path === undefined ? [] : [{ from, to: path }]));
}
