/** A time of today, for a status: `14:05:00`. */
function timeOfDay(time: number): string {
  return new Date(time).toTimeString().slice(0, 8);
}

/** A time before now, for a status; with its day where that is another one: `2031-01-31 14:05`. */
export function timeBefore(time: number, now: number): string {
  const [then, today] = [new Date(time), new Date(now)];
  if (then.toDateString() === today.toDateString()) return timeOfDay(time);
  const day = [then.getFullYear(), then.getMonth() + 1, then.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${day.join('-')} ${timeOfDay(time).slice(0, 5)}`;
}
