import { chosenService, kindOf, suggest, type Wish } from './service.editor';

const otherTypes = ['msg', 'flow', 'global', 'env', 'jsonata'];

/** Makes a field whose value is text, with suggestions where there are some, or comes from elsewhere. */
export function prepareTyped(name: string, wish?: Wish): void {
  prepareTypes(name, [textType(wish && suggest(wish))]);
}

/** Text, with suggestions where there are some. */
export function textType(autoComplete?: TypedInputType['autoComplete']): TypedInputType {
  return {
    value: 'str',
    label: 'string',
    icon: 'red/images/typedInput/az.svg',
    ...(autoComplete && { autoComplete }),
  };
}

/** Makes a field with types of its own, the first of which it has unless another is chosen, and those of elsewhere. */
export function prepareTypes(name: string, own: readonly (string | TypedInputType)[]): void {
  const [first] = own;
  $(`#node-input-${name}`).typedInput({
    default: typeof first === 'object' ? first.value : String(first),
    types: [...own, ...otherTypes.filter((type) => !own.includes(type))],
    typeField: `#node-input-${name}Type`,
  });
}

/** Makes a field that is true or false; no, unless something else is chosen. */
export function prepareFlag(name: string, ...more: TypedInputType[]): void {
  const input = $(`#node-input-${name}`);
  // Node-RED would take the first of its options, which is true.
  if (input.val() === '') input.val('false');
  prepareTypes(name, [...more, 'bool']);
}

/** What a typed field holds now, if it is text; suggestions of other fields depend on it. */
export function textOf(name: string): () => string {
  return () => {
    const field = $(`#node-input-${name}`);
    return field.typedInput('type') === 'str' ? field.typedInput('value') : '';
  };
}

/** One of the things that a node can do, and on which service. */
export interface Doing {
  /** Names of the fields that it reads. */
  fields: readonly string[];
  /** Of these, the ones it cannot do without. */
  needs?: readonly string[];
  /** Undefined where both services can. */
  only?: 'CSS' | 'ESS';
}

/**
 * Fills the choice of what a node does with what its service can do, and shows the rows that belong to it. What was
 * chosen before stays in the list, so that another service does not silently change it.
 */
export function prepareChoice(
  type: string,
  choice: string,
  doings: Readonly<Record<string, Doing>>,
  chosen: string,
  translate: (key: string) => string,
  onChange: (name: string) => void = () => undefined,
): void {
  const select = $(`#node-input-${choice}`);
  const fill = (): void => {
    const kind = kindOf(chosenService());
    const kept = String(select.val() ?? chosen);
    select.empty();
    for (const [name, { only }] of Object.entries(doings)) {
      if (only && kind && only !== kind && name !== kept) continue;
      select.append(
        $('<option>')
          .val(name)
          .text(translate(`${type}.${choice}.${name}`)),
      );
    }
    select.val(kept).trigger('change');
  };
  const showRows = (): void => {
    const name = String(select.val());
    const shown = doings[name]?.fields ?? [];
    const all = new Set(Object.values(doings).flatMap(({ fields }) => fields));
    for (const field of all) $(`.${type}-${field}`).toggle(shown.includes(field));
    onChange(name);
  };
  select.on('change', showRows);
  $('#node-input-service').on('change', fill);
  fill();
}

/** Whether the chosen doing exists on the chosen service; otherwise which service it needs. */
export function missingKind(doing: Doing | undefined, service: unknown): 'CSS' | 'ESS' | undefined {
  const kind = kindOf(service);
  return doing?.only && kind && doing.only !== kind ? doing.only : undefined;
}
