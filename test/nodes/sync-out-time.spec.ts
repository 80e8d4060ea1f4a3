import assert from 'node:assert/strict';
import { timeOf } from '../../nodes/sync-out/time';

describe('a time in a dialog', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  for (const [said, meant] of [
    ['in 24 h', '2030-01-02T00:00:00.000Z'],
    ['In 1 hour', '2030-01-01T01:00:00.000Z'],
    ['in 1 d 12 h', '2030-01-02T12:00:00.000Z'],
    ['in 1d12h', '2030-01-02T12:00:00.000Z'],
    ['in 0.5 min', '2030-01-01T00:00:30.000Z'],
    ['in 2 weeks', '2030-01-15T00:00:00.000Z'],
    ['in 90 s', '2030-01-01T00:01:30.000Z'],
    [' 2031-01-31T12:00:00+02:00 ', '2031-01-31T12:00:00+02:00'],
    [now + 1_000, '2030-01-01T00:00:01.000Z'],
    [new Date(now), '2030-01-01T00:00:00.000Z'],
  ] as const) {
    it(`is understood: ${String(said)}`, () => assert.equal(timeOf(said, now), meant));
  }

  for (const said of [
    '',
    'in',
    'in 24',
    'in h',
    '24 h',
    'in -1 h',
    'in 1 month',
    'in 1 constructor',
    'in 9999999 w',
    'tomorrow',
    '2031-01-31',
    '2031-01-31T12:00:00',
    '2031-13-31T12:00:00Z',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    new Date(Number.NaN),
    true,
    {},
  ]) {
    it(`is none: ${JSON.stringify(said)}`, () => assert.equal(timeOf(said, now), undefined));
  }
});
