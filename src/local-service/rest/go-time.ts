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
    const day0 = Date.parse(`${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}T00:00:00Z`);
    return day0 + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction - offset;
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
    const [zone, sign, hour = '', minute = ''] = /^(.)(..):(..)/s.exec(this.#rest) ?? [];
    const hours = /^\d\d$/.test(hour) ? Number(hour) : undefined;
    const minutes = hours !== undefined && /^\d\d$/.test(minute) ? Number(minute) : undefined;
    if ((minutes ?? 0) > 60) throw new TimeError(': time zone offset minute out of range');
    if ((hours ?? 0) > 24) throw new TimeError(': time zone offset hour out of range');
    if (zone === undefined || hours === undefined || minutes === undefined || !/^[+-]$/.test(sign ?? '')) {
      throw this.#unread('Z07:00');
    }
    this.#rest = this.#rest.slice(zone.length);
    return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  }

  #unread(element: string): TimeError {
    return new TimeError(` as "${layout}": cannot parse ${quoted(this.#rest)} as "${element}"`);
  }
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

/** What is no plain sign byte by byte. */
function quoted(text: string): string {
  const plain = text.replace(/["\\]/g, '\\$&');
  const bytes = (signs: string): string => Buffer.from(signs).toString('hex').replace(/../g, '\\x$&');
  return `"${plain.replace(/[^ -\x7f]+/g, bytes)}"`;
}
