/** Which of the two services. */
export type Kind = 'CSS' | 'ESS';

/** What a dialog says now, or what a node says that is not open. */
export interface Form {
  /** Of the chosen service; undefined while none is chosen. */
  readonly kind: Kind | undefined;
  /** The value of a field, or with `Type` behind its name its type; empty where there is none. */
  value(field: string): string;
}

export type Rule<T> = (form: Form) => T;

/** Holds while a field has one of some values. */
export function has(field: string, ...values: string[]): Rule<boolean> {
  return (form) => values.includes(form.value(field));
}

export function all(...rules: Rule<boolean>[]): Rule<boolean> {
  return (form) => rules.every((rule) => rule(form));
}

/** What a typed field says, or where its value comes from: `flow.types`. */
export function placeOf(form: Form, field: string): string {
  const [type, value] = [form.value(`${field}Type`), form.value(field)];
  return value !== '' && ['msg', 'flow', 'global', 'env'].includes(type) ? `${type}.${value}` : value;
}

/** Whether a flag says yes or no in the dialog itself; undefined where a message will. */
export function flagOf(form: Form, field: string): boolean | undefined {
  const type = form.value(`${field}Type`);
  if (type === 'bool') return form.value(field) === 'true';
  return type === '' || type === 'auto' ? false : undefined;
}

/** What a field says in the dialog itself; undefined where a message will. */
export function literalOf(form: Form, field: string): string | undefined {
  const type = form.value(`${field}Type`);
  return ['', 'str', 'num'].includes(type) ? form.value(field) : undefined;
}
