/** RFC 3339: a full date and time, and a zone. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** The time that a text names as the service takes it, in ms since 1970; undefined where it names none. */
export function timeOfTimestamp(text: string): number | undefined {
  if (!timestamp.test(text) || !isDay(text.slice(0, 10))) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** JavaScript takes 31 February for 3 March. */
function isDay(date: string): boolean {
  const time = Date.parse(date);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}
