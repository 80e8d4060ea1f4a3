const minutesPerDay = 1_440;
const msPerMinute = 60_000;

/** From when to when, in minutes since midnight; where the end comes first it is that of the next day. */
interface Window {
  readonly start: number;
  readonly end: number;
}

/**
 * Hours of the day, as the clocks of a time zone show them: `22:00-05:00`, several separated by commas. When clocks are
 * set forward or back, what counts is what they show: an hour that they skip is in no window, one that they show twice
 * is in it twice.
 */
export class DayWindows {
  readonly #windows: readonly Window[];
  readonly #format: Intl.DateTimeFormat;
  /** The last answer: which minute was asked about (since 1970), and whether it is in a window. */
  #looked: { minute: number; isWithin: boolean } | undefined;

  /**
   * @param timeZone such as `Europe/Berlin`; that of the process unless given.
   * @throws RangeError where one of them cannot be understood.
   */
  constructor(hours: string, timeZone?: string) {
    this.#windows = windowsIn(hours);
    this.#format = new Intl.DateTimeFormat('en-GB', {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone,
    });
  }

  /** @param time in ms since 1970. */
  includes(time: number): boolean {
    const minute = Math.floor(time / msPerMinute);
    if (this.#looked?.minute === minute) return this.#looked.isWithin;
    const [hours = 0, minutes = 0] = this.#format.format(time).split(':').map(Number);
    const shown = hours * 60 + minutes;
    const isWithin = this.#windows.some(({ start, end }) =>
      start < end ? shown >= start && shown < end : shown >= start || shown < end,
    );
    this.#looked = { minute, isWithin };
    return isWithin;
  }
}

export function areHours(text: string): boolean {
  return !throws(() => windowsIn(text));
}

export function isTimeZone(text: string): boolean {
  return !throws(() => new Intl.DateTimeFormat('en-GB', { timeZone: text }));
}

/** How long it is until the next minute begins, in ms. */
export function untilNextMinute(time: number): number {
  return msPerMinute - (time % msPerMinute);
}

function windowsIn(hours: string): Window[] {
  const texts = hours
    .replace(/\s*[-–]\s*/g, '-')
    .split(/[\s,;]+/)
    .filter((text) => text !== '');
  if (texts.length === 0) throw new RangeError('There are no hours');
  return texts.map(windowIn);
}

function windowIn(text: string): Window {
  const [, start, end] = /^(\d{1,2}:\d{2})-(\d{1,2}:\d{2})$/.exec(text) ?? [];
  const [from, to] = [minutesOf(start), minutesOf(end)];
  if (from === undefined || to === undefined || from === minutesPerDay || from === to) {
    throw new RangeError(`Hours are written as 22:00-05:00, not ${text}`);
  }
  return { start: from, end: to };
}

/** Of a time such as `22:00`; also of `24:00`, the end of a day. */
function minutesOf(time = ''): number | undefined {
  const [hours = Number.NaN, minutes = Number.NaN] = time.split(':').map(Number);
  const shown = hours * 60 + minutes;
  return minutes < 60 && shown <= minutesPerDay ? shown : undefined;
}

function throws(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch {
    return true;
  }
}
