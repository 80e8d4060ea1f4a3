import { wordsOf } from '../common/words';
import { timeOf } from './time';

/** What a dialog says now, or what a node says that is not open. */
export interface Form {
  /** Of the chosen service; undefined while none is chosen. */
  kind: 'CSS' | 'ESS' | undefined;
  /** The value of a field, or with `Type` behind its name its type; empty where there is none. */
  value(field: string): string;
}

type Rule<T> = (form: Form) => T;

function does(form: Form, ...actions: string[]): boolean {
  return actions.includes(form.value('action') || 'publish');
}

function goesTo(form: Form, ...choices: string[]): boolean {
  return (
    form.kind !== 'ESS' && does(form, 'publish', 'metadata') && choices.includes(form.value('destination'))
  );
}

/** Whether the dialog itself says yes or no; undefined where a message will. */
function flag(form: Form, field: string): boolean | undefined {
  const type = form.value(`${field}Type`);
  if (type === 'bool') return form.value(field) === 'true';
  return type === '' || type === 'auto' ? false : undefined;
}

function literal(form: Form, field: string): string | undefined {
  const type = form.value(`${field}Type`);
  return type === '' || type === 'str' ? form.value(field) : undefined;
}

const hasMetadata: Rule<boolean> = (form) => does(form, 'publish', 'metadata');
const waits: Rule<boolean> = (form) => !does(form, 'delete');

/** Which rows of the dialog apply. */
export const rows: Readonly<Record<string, Rule<boolean>>> = {
  metaOnly: (form) => does(form, 'metadata'),
  noData: (form) => does(form, 'metadata') && flag(form, 'metaOnly') !== true,
  data: (form) => does(form, 'publish', 'data'),
  // What was chosen for a cloud and is refused on an edge stays in sight.
  destination: (form) => hasMetadata(form) && (form.kind !== 'ESS' || form.value('destination') === 'list'),
  cloud: (form) => hasMetadata(form) && form.kind === 'ESS' && form.value('destination') !== 'list',
  edges: (form) => form.kind === 'CSS' && goesTo(form, 'all'),
  destinationType: (form) => goesTo(form, 'type', 'node'),
  destinationID: (form) => goesTo(form, 'node'),
  destinationsList: (form) => goesTo(form, 'list'),
  destinationPolicy: (form) => goesTo(form, 'policy'),
  waitFor: waits,
  timeout: (form) => waits(form) && (form.value('waitFor') || 'published') !== 'published',
  more: hasMetadata,
  activationTime: (form) => hasMetadata(form) && flag(form, 'inactive') !== false,
  signingKey: (form) => does(form, 'publish'),
  privateKey: (form) => does(form, 'publish') && form.value('signingKeyType') === 'stored',
  passphrase: (form) => does(form, 'publish') && !['', 'none'].includes(form.value('signingKeyType')),
  refused: (form) => form.kind === 'ESS',
};

/** A field that cannot be empty where its row is there. */
function needed(field: string): Rule<string | undefined> {
  return (form) => {
    const applies = rows[field]?.(form) ?? true;
    return applies && form.value(field) === '' ? 'needs.value' : undefined;
  };
}

function time(field: string): Rule<string | undefined> {
  return (form) => {
    const text = literal(form, field);
    const isWrong = rows[field]?.(form) !== false && text && timeOf(text, Date.now()) === undefined;
    return isWrong ? 'invalid.time' : undefined;
  };
}

/** What is wrong with a field, as a text of the catalogue; the first rule that finds something. */
export const problems: Readonly<Record<string, Rule<string | undefined>>> = {
  objectType: needed('objectType'),
  objectID: (form) =>
    ['auto', 'unique'].includes(form.value('objectIDType')) ? undefined : needed('objectID')(form),
  destination(form) {
    if (!hasMetadata(form)) return undefined;
    if (form.kind === 'ESS') return form.value('destination') === 'list' ? 'needs.cloud' : undefined;
    return form.kind === 'CSS' && form.value('destination') === '' ? 'needs.destination' : undefined;
  },
  destinationType: needed('destinationType'),
  destinationID: needed('destinationID'),
  destinationPolicy: needed('destinationPolicy'),
  destinationsList(form) {
    const text = rows.destinationsList?.(form) ? literal(form, 'destinationsList') : undefined;
    const names = wordsOf(text ?? '');
    return names.every((name) => /^[^:<>]+:[^<>]+$/.test(name))
      ? needed('destinationsList')(form)
      : 'invalid.list';
  },
  waitFor: (form) =>
    waits(form) && form.kind === 'ESS' && form.value('waitFor') === 'delivered'
      ? 'needs.consumed'
      : undefined,
  expiration(form) {
    if (!hasMetadata(form)) return undefined;
    return form.kind === 'ESS' && form.value('expiration') !== '' ? 'needs.cloud' : time('expiration')(form);
  },
  activationTime: time('activationTime'),
  consumers(form) {
    const text = form.value('consumersType') === 'num' ? form.value('consumers') : literal(form, 'consumers');
    if (!hasMetadata(form) || !text) return undefined;
    return Number.isInteger(Number(text)) && Number(text) >= -1 ? undefined : 'invalid.consumers';
  },
  autodelete(form) {
    if (!hasMetadata(form) || flag(form, 'autodelete') === false) return undefined;
    if (form.kind === 'ESS') return 'needs.cloud';
    return flag(form, 'autodelete') && !goesTo(form, 'node', 'list') ? 'needs.place' : undefined;
  },
  link: (form) =>
    rows.noData?.(form) && flag(form, 'noData') && form.value('link') !== '' ? 'invalid.link' : undefined,
  signingKey(form) {
    const type = form.value('signingKeyType');
    if (!rows.signingKey?.(form) || ['', 'none', 'stored'].includes(type)) return undefined;
    if (form.value('signingKey').includes('-----')) return 'invalid.secret';
    return needed('signingKey')(form);
  },
};

/** Whether the rows that are folded away hold something. */
export function hasMore(form: Form): boolean {
  const texts = ['version', 'description', 'expiration', 'activationTime', 'consumers', 'link'];
  const flags = ['inactive', 'autodelete'];
  return (
    texts.some((field) => form.value(field) !== '') ||
    flags.some((field) => flag(form, field) !== false) ||
    !['', 'none'].includes(form.value('signingKeyType'))
  );
}

/** Whether the object may be new: on an edge it then has a fresh ID, unless another is chosen. */
export function hasFreshID(form: Form): boolean {
  const creates = does(form, 'publish') || (does(form, 'metadata') && flag(form, 'metaOnly') !== true);
  return form.kind === 'ESS' && creates;
}
