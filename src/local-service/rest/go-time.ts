const layout = '2006-01-02T15:04:05Z07:00';

/** What is left to be read of a time, and the element of the layout that is read. */
class TimeError extends Error {}

const daysIn = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * A time in RFC 3339, in ms since 1970, as Go reads it.
 *
 * @returns a text with Go's own words where it is none.
 */
export function parseGoTime(value: string): number | string {
  try {
    return new TimeReader(value).read();
  } catch (error) {
    if (error instanceof TimeError) return `parsing time ${quoted(value)}${error.message}`;
    throw error;
  }
}

class TimeReader {
  #rest: string;

  constructor(value: string) {
    this.#rest = value;
  }

  read(): number {
    const year = this.#number('2006', /^\d{4}/);
    this.#sign('-');
    const month = this.#number('01', /^\d\d/, [1, 12], 'month');
    this.#sign('-');
    const day = this.#number('02', /^\d\d/);
    this.#sign('T');
    const hour = this.#number('15', /^\d\d?/, [0, 23], 'hour');
    this.#sign(':');
    const minute = this.#number('04', /^\d\d/, [0, 59], 'minute');
    this.#sign(':');
    const second = this.#number('05', /^\d\d/, [0, 59], 'second');
    const fraction = this.#fraction();
    const offset = this.#zone();
    if (this.#rest !== '') throw new TimeError(`: extra text: ${quoted(this.#rest)}`);
    const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
    if (day < 1 || day > (daysIn[month - 1] ?? 0) + leap) throw new TimeError(': day out of range');
    return Date.UTC(year, month - 1, day, hour, minute, second, fraction) - offset;
  }

  #number(element: string, digits: RegExp, bounds?: readonly [number, number], what = ''): number {
    const text = digits.exec(this.#rest)?.[0];
    if (text === undefined) throw this.#unread(element);
    this.#rest = this.#rest.slice(text.length);
    const number = Number(text);
    if (bounds && (number < bounds[0] || number > bounds[1])) throw new TimeError(`: ${what} out of range`);
    return number;
  }

  #sign(sign: string): void {
    if (!this.#rest.startsWith(sign)) throw this.#unread(sign);
    this.#rest = this.#rest.slice(1);
  }

  /** Of a second, in ms. */
  #fraction(): number {
    const text = /^[.,](\d+)/.exec(this.#rest);
    if (!text) return 0;
    this.#rest = this.#rest.slice(text[0].length);
    return Math.floor(Number(`0.${text[1]}`) * 1_000);
  }

  /** The offset from UTC, in ms. */
  #zone(): number {
    if (this.#rest.startsWith('Z')) {
      this.#rest = this.#rest.slice(1);
      return 0;
    }
    const zone = /^([+-])(\d\d):(\d\d)/.exec(this.#rest);
    if (!zone) throw this.#unread('Z07:00');
    this.#rest = this.#rest.slice(zone[0].length);
    const [hours, minutes] = [Number(zone[2]), Number(zone[3])];
    if (hours > 24) throw new TimeError(': time zone offset hour out of range');
    if (minutes > 60) throw new TimeError(': time zone offset minute out of range');
    return (zone[1] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  }

  #unread(element: string): TimeError {
    return new TimeError(` as "${layout}": cannot parse ${quoted(this.#rest)} as "${element}"`);
  }
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
