import type { Case, Measure } from './case';
import type { Run } from './contender-process';
import { isRatio, measured, type Result } from './contest';

/** A row of the table. */
export interface Row {
  name: string;
  contender: string;
  measured: Partial<Record<Measure, number>>;
  /** What the peer reports itself, where the row has no multiple of it. */
  peerFigures: Partial<Record<Measure, number>>;
  limits: Case['limits'];
  /** Of each round, with those of the peer. */
  runs: Run[];
  peerRuns: Run[];
}

export function rowsOf({ contenders, limits, name }: Case, results: readonly Result[]): Row[] {
  const [peer] = results;
  const others = results.length > 1 ? results.slice(1) : results;
  return others.map((result) => {
    const figures = figuresOf(result);
    const added: Measure[] = limits.added === undefined ? [] : ['added'];
    const measures: Measure[] = ['time', 'cpu', ...added, 'memory', ...figures];
    const against = result === peer ? undefined : peer;
    return {
      name,
      contender: result === peer ? result.contender : `${result.contender} / ${peer?.contender}`,
      measured: Object.fromEntries(measures.map((measure) => [measure, measured(result, against, measure)])),
      peerFigures: against ? absoluteFiguresOf(against) : {},
      // What else takes part is compared, not judged.
      runs: result.runs,
      peerRuns: against?.runs ?? [],
      limits: contenders.find((each) => each.name === result.contender)?.name.startsWith('ours')
        ? limits
        : {},
    };
  });
}

function figuresOf(result: Result): Measure[] {
  return Object.keys(result.runs[0]?.figures ?? {}).map((figure): Measure => `figure ${figure}`);
}

function absoluteFiguresOf(peer: Result): Row['peerFigures'] {
  const absolute = figuresOf(peer).filter((figure) => !isRatio(figure));
  return Object.fromEntries(absolute.map((figure) => [figure, measured(peer, undefined, figure)]));
}

/** Times say more of what else the machine does. */
const times: readonly Measure[] = ['time', 'figure longest'];

/** What is above so many times its limit, times left aside. */
export function misses(
  { limits, measured: found }: Pick<Row, 'limits' | 'measured'>,
  tolerance: number,
): Measure[] {
  const limited = Object.entries(limits) as [Measure, number][];
  return limited.flatMap(([measure, limit]) =>
    times.includes(measure) || (found[measure] ?? Number.NaN) <= limit * tolerance ? [] : [measure],
  );
}

export function lineOf(row: Row): string {
  const figures = Object.entries(row.measured).map(([measure, value = Number.NaN]) => {
    const limit = row.limits[measure as Measure];
    const beside = row.peerFigures[measure as Measure];
    const told = `${measure.replace('figure ', '')} ${rounded(value)}${beside === undefined ? '' : ` beside ${rounded(beside)}`}`;
    return limit === undefined ? told : `${told} (at most ${limit}${value <= limit ? '' : ', MISSED'})`;
  });
  return `${row.name.padEnd(20)} ${row.contender.padEnd(24)} ${figures.join('; ')}`;
}

function rounded(value: number): string {
  return value < 10 ? value.toFixed(2) : String(Math.round(value));
}
