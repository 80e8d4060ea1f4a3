import type { Keeping } from '../plan';

/** What an object is like, in a line; undefined where there is none. */
export type Look = string | undefined;

/** @param data the label of its data, where it has some. */
export function lookOf(object: { data: string | undefined; fields: string; isActive: boolean }): string {
  const { data = 'none', fields, isActive } = object;
  return `data ${data}, fields ${fields}, ${isActive ? 'active' : 'inactive'}`;
}

/** What is written into metadata and data of what is kept. */
export function labelOfKept(number: number): string {
  return `kept ${number}`;
}

/** What an object is like after something that was kept. */
export function changed(look: Look, { number, what }: { number: number; what: Keeping }): Look {
  const label = labelOfKept(number);
  switch (what) {
    case 'publish':
      return lookOf({ data: label, fields: label, isActive: true });
    case 'publish inactive':
      return lookOf({ data: label, fields: label, isActive: false });
    case 'fields':
      return (
        look?.replace(/fields kept \d+/, `fields ${label}`) ??
        lookOf({ data: undefined, fields: label, isActive: true })
      );
    case 'activate':
      return look?.replace('inactive', 'active');
    case 'delete':
      return undefined;
  }
}
