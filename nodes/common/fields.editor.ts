/** A number above zero, or an environment variable that Node-RED puts in its place. */
export function isPositive(value: string, _options: unknown): boolean {
  return Number(value) > 0 || /^\$\{.+\}$/.test(value);
}

/** The same, or empty: a flow that was saved before there was the field has no value at all. */
export function isPositiveOrEmpty(value: string | undefined, options: unknown): boolean {
  return value === undefined || value === '' || isPositive(value, options);
}

/** Makes the field that says where the object of a message is. */
export function prepareObjectField(): void {
  $('#node-input-object').typedInput({
    default: 'msg',
    types: ['msg', 'flow', 'global', 'jsonata'],
    typeField: '#node-input-objectType',
  });
}
