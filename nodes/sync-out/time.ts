import { timeOfTimestamp } from '../../src/protocol/timestamp';

const unitLengths = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

type Unit = keyof typeof unitLengths;

const units: Readonly<Record<string, Unit>> = {
  s: 's',
  sec: 's',
  second: 's',
  seconds: 's',
  m: 'min',
  min: 'min',
  minute: 'min',
  minutes: 'min',
  h: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
  w: 'w',
  week: 'w',
  weeks: 'w',
};

const latest = Date.parse('9999-12-31T23:59:59Z');

/**
 * The time that is meant by `in 24 h` or `in 1 d 12 h`, by a time such as `2031-01-31T12:00:00Z`, by milliseconds since
 * 1970 or by a Date, as RFC 3339; undefined where none of these is meant.
 */
export function timeOf(value: unknown, now: number): string | undefined {
  if (value instanceof Date) return formatted(value.getTime());
  if (typeof value === 'number') return formatted(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (timeOfTimestamp(text) !== undefined) return text;
  const duration = durationOf(text);
  return duration === undefined ? undefined : formatted(now + duration);
}

/** Whether a text of the dialog means a time. */
export function isTime(text: string): boolean {
  return timeOf(text, 0) !== undefined;
}

function durationOf(text: string): number | undefined {
  const words = /^in\s+(.+)$/i.exec(text)?.[1]?.toLowerCase();
  if (words === undefined || !/^(\d+(\.\d+)?\s*[a-z]+\s*)+$/.test(words)) return undefined;
  let sum = 0;
  for (const [, count, name = ''] of words.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const unit = Object.hasOwn(units, name) ? units[name] : undefined;
    if (unit === undefined) return undefined;
    sum += Number(count) * unitLengths[unit];
  }
  return sum;
}

function formatted(time: number): string | undefined {
  return time >= 0 && time <= latest ? new Date(time).toISOString() : undefined;
}
