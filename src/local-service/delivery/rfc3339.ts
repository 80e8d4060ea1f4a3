/** A time as services write it: without fractions of a second. */
export function rfc3339(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * Whether a time has come. The real service compares times as texts: those of other time zones come early or late by their
 * offset. Of fractions of a second it makes nothing; here they count.
 */
export function isDue(time: string, now: number): boolean {
  return time <= (time.includes('.') ? new Date(now).toISOString() : rfc3339(now));
}
