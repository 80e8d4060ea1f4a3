/** A line that a guarantee stands on, and what it is without it. */
export interface Guard {
  /** What is not done, or not looked at, without it. */
  readonly name: string;
  readonly file: string;
  /** Text that the file has once. */
  readonly find: string;
  readonly replace: string;
  /** The specs of which one fails then. */
  readonly seenBy: readonly string[];
}

/** Guards of the files of one folder, which the specs of one folder see. */
export function guardsOf(
  folder: string,
  specs: string,
  guards: readonly (Omit<Guard, 'seenBy'> & { seenBy: string | readonly string[] })[],
): Guard[] {
  return guards.map(({ seenBy, file, ...guard }) => ({
    ...guard,
    file: `${folder}/${file}`,
    seenBy: [seenBy].flat().map((spec) => `${specs}/${spec}.spec.ts`),
  }));
}
