import assert from 'node:assert/strict';
import { areHours, DayWindows, isTimeZone, untilNextMinute } from '../../src/system/day-windows';

const minute = 60_000;

/** From when to when they are open, by the minute, as UTC tells: `03-30 20:00`. */
function openTimes(windows: DayWindows, from: string, days: number): string[] {
  const start = Date.parse(from);
  const found: string[] = [];
  let wasOpen = false;
  for (let at = start; at <= start + days * 1_440 * minute; at += minute) {
    const isOpen = windows.includes(at);
    if (isOpen !== wasOpen) found.push(new Date(at).toISOString().slice(5, 16).replace('T', ' '));
    wasOpen = isOpen;
  }
  return found;
}

describe('hours of the day', () => {
  it('go over midnight', () => {
    assert.deepEqual(openTimes(new DayWindows('22:00-05:00', 'UTC'), '2031-01-01T12:00Z', 2), [
      ...['01-01 22:00', '01-02 05:00'],
      ...['01-02 22:00', '01-03 05:00'],
    ]);
  });

  it('can be several, in any order and notation, and overlap', () => {
    const hours = '12:30 - 13:00, 5:00–6:00; 05:30-07:15 23:00-24:00';
    assert.deepEqual(openTimes(new DayWindows(hours, 'UTC'), '2031-01-01T00:00Z', 1), [
      ...['01-01 05:00', '01-01 07:15'],
      ...['01-01 12:30', '01-01 13:00'],
      ...['01-01 23:00', '01-02 00:00'],
    ]);
  });

  it('are those of a time zone, also of one that is half an hour off', () => {
    assert.deepEqual(openTimes(new DayWindows('22:00-05:00', 'Asia/Kolkata'), '2031-01-01T12:00Z', 1), [
      '01-01 16:30',
      '01-01 23:30',
    ]);
  });

  it('are what clocks show when they are set forward: an hour that they skip is in none', () => {
    // On 2031-03-30 clocks in Berlin go from 02:00 to 03:00, at 01:00 UTC.
    const over = new DayWindows('22:00-05:00', 'Europe/Berlin');
    assert.deepEqual(openTimes(over, '2031-03-29T12:00Z', 1), ['03-29 21:00', '03-30 03:00']);
    const within = new DayWindows('02:00-02:30', 'Europe/Berlin');
    assert.deepEqual(openTimes(within, '2031-03-28T12:00Z', 3), [
      ...['03-29 01:00', '03-29 01:30'],
      ...['03-31 00:00', '03-31 00:30'],
    ]);
  });

  it('are what clocks show when they are set back: an hour that they show twice is there twice', () => {
    // On 2031-10-26 clocks in Berlin go from 03:00 to 02:00, at 01:00 UTC.
    const over = new DayWindows('22:00-05:00', 'Europe/Berlin');
    assert.deepEqual(openTimes(over, '2031-10-25T12:00Z', 1), ['10-25 20:00', '10-26 04:00']);
    const within = new DayWindows('02:00-02:30', 'Europe/Berlin');
    assert.deepEqual(openTimes(within, '2031-10-25T12:00Z', 1), [
      ...['10-26 00:00', '10-26 00:30'],
      ...['10-26 01:00', '10-26 01:30'],
    ]);
  });

  it('can be all of the day', () => {
    assert.deepEqual(openTimes(new DayWindows('00:00-24:00'), '2031-01-01T00:00Z', 2), ['01-01 00:00']);
  });

  for (const hours of [
    '',
    ',',
    '22:00',
    '22-5',
    '24:00-05:00',
    '22:60-05:00',
    '25:00-05:00',
    '08:00-08:00',
  ]) {
    it(`are none: ${JSON.stringify(hours)}`, () => {
      assert.equal(areHours(hours), false);
      assert.throws(() => new DayWindows(hours, 'UTC'), RangeError);
    });
  }

  it('have a time zone that there is', () => {
    assert.deepEqual(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone), [
      true,
      true,
      false,
      false,
    ]);
    assert.equal(areHours('22:00-05:00'), true);
    assert.throws(() => new DayWindows('22:00-05:00', 'Mars/Olympus'), RangeError);
  });

  it('begin and end with a minute', () => {
    assert.equal(untilNextMinute(Date.parse('2031-01-01T12:00:00Z')), minute);
    assert.equal(untilNextMinute(Date.parse('2031-01-01T12:00:59.999Z')), 1);
  });
});
