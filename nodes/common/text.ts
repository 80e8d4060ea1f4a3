/** A text of the catalogues. */
export interface Text {
  key: string;
  /** What is put into it; a text among them is translated as well. */
  values?: Readonly<Record<string, string | number | Text>>;
}

/** Translates into the language that Node-RED's settings name. */
export type Translate = (key: string, values?: object) => string;

/** What the runtime translates with; DefinitelyTyped leaves it out. */
export function translatorOf(RED: object): Translate {
  const { _: translate } = RED as { _: Translate };
  return (key, values) => translate(key, values);
}

/** A text of the catalogue that all nodes share. */
export function sharedText(key: string, values?: Text['values']): Text {
  return { key: `@edge-sync/node-red/sync-service:sync-service.${key}`, ...(values && { values }) };
}

/** What the dialog of a node calls a field. */
export function labelText(type: string, field: string): Text {
  return { key: `@edge-sync/node-red/${type}:${type}.label.${field}` };
}

/**
 * A text as a status takes it: its key, which each editor translates into its own language. One into which something is
 * put is translated here, since Node-RED hands an editor nothing to put there.
 */
export function statusText(text: Text, translate: Translate): string {
  return text.values ? translated(text, translate) : text.key;
}

function translated({ key, values = {} }: Text, translate: Translate): string {
  const given = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'object' ? translated(value, translate) : value,
  ]);
  return translate(key, Object.fromEntries(given) as object);
}
