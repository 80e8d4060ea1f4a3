import { askService } from './service.editor';
import type { SuggestionSource } from './table';
import { wordsOf } from './words';

type Search = NonNullable<TypedInputType['autoComplete']>;

/** What a field asks suggestions for: what narrows the answer is read when it is asked. */
export interface SuggestionField {
  what: SuggestionSource['what'];
  /** What the field that narrows the answer holds now. */
  within?: () => string;
  several: boolean;
}

/** The search function of a field with suggestions. */
export function suggest(field: SuggestionField): Search {
  return field.several ? suggestLast(field) : suggestWhole(field);
}

/** Opens the list of an empty field for who clicks into it: Node-RED waits for a key. */
export function suggestAtClick(dialog: JQuery): void {
  dialog.on('click', '.red-ui-autoComplete', (event) => {
    const input = $(event.currentTarget);
    if (input.val() === '') input.trigger($.Event('keyup', { keyCode: 40 }));
  });
}

/** What does not come from the service is still free to be typed. */
function suggestWhole(field: SuggestionField): Search {
  return (value, done) => {
    ask(field, (found) => {
      const all = field.what === 'objectTypes' ? [...found, ...typesOfFlows()] : found;
      const fitting = Array.from(new Set(all)).filter((each) =>
        each.toLowerCase().includes(value.trim().toLowerCase()),
      );
      // What was typed comes first: Tab and Enter take the first of the list, and must not put another in its place.
      const typed = value.trim();
      const listed = fitting.length > 0 && typed !== '' ? [typed, ...fitting.sort()] : fitting.sort();
      done(Array.from(new Set(listed), (each) => ({ value: each, label: each })));
    });
  };
}

/** The same where several are written one after the other: the last of them is being typed. */
function suggestLast(field: SuggestionField): Search {
  const search = suggestWhole(field);
  return (value, done) => {
    const [, before = '', last = ''] = /^(.*[\s,])?([^\s,]*)$/.exec(value) ?? [];
    search(last, (found) => done(found.map((each) => ({ ...each, value: `${before}${each.value}` }))));
  };
}

function ask({ what, within }: SuggestionField, done: (found: string[]) => void): void {
  const narrowed = what === 'objectIDs' ? 'objectType' : 'destinationType';
  const suggestion = { what, ...(within && { [narrowed]: within() }) };
  askService<string[]>('suggestions', suggestion, (found) => done(found ?? []));
}

/** The types that nodes of the flows name: an ESS lists none. */
function typesOfFlows(): string[] {
  const found: string[] = [];
  RED.nodes.eachNode((node) => {
    if (!node.type.startsWith('sync-')) return;
    const {
      objectTypes,
      objectTypesType = 'str',
      objectType,
      objectTypeType,
    } = node as unknown as Record<string, unknown>;
    if (typeof objectTypes === 'string' && objectTypesType === 'str') found.push(...wordsOf(objectTypes));
    if (typeof objectType === 'string' && objectTypeType === 'str') found.push(objectType);
  });
  return found.filter((type) => type !== '');
}
