import { type NodeTable, propertiesOf } from './table';

/**
 * What a saved node says, whole: what it lacks has the value of a new node, or the one that was meant before there
 * was such a field. A value that stands without its type, as somebody may have written it by hand, has the type with
 * which the dialog would show it.
 */
export function savedIn(table: NodeTable, node: object): Record<string, unknown> {
  const values = node as Record<string, unknown>;
  const whole: Record<string, unknown> = propertiesOf(table);
  for (const [name, field] of Object.entries(table.fields)) {
    if (field.kind === 'own' || field.kind === 'credential') continue;
    const value = values[name] ?? undefined;
    if (value === undefined) {
      if (field.kind === 'choice' && field.formerly !== undefined) whole[name] = field.formerly;
      if (field.kind === 'typed' && field.formerly) {
        whole[name] = field.formerly.value;
        whole[`${name}Type`] = field.formerly.type;
      }
      // It needs no value: a key that is wanted, and is not there, must not mean none.
      const type = String(values[`${name}Type`] ?? '');
      if (field.kind === 'typed' && field.plain.includes(type)) whole[`${name}Type`] = type;
      continue;
    }
    whole[name] = value;
    if (field.kind === 'typed') whole[`${name}Type`] = values[`${name}Type`] || field.types[0];
  }
  return whole;
}
