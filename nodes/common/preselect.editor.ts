import { kindOf } from './service.editor';
import { usualKind } from './sides';

/** Chooses a service for a node that has none: the only one there is, or the only one of its usual kind. */
export function preselectService(type: string): void {
  const input = $('#node-input-service');
  const chosen = input.val();
  if (input.length === 0 || (chosen && chosen !== '_ADD_')) return;
  const offered = input
    .find('option')
    .map((_index, option) => String($(option).val()))
    .get()
    .filter((id) => kindOf(id) !== undefined);
  const fitting = offered.filter((id) => kindOf(id) === usualKind(type));
  const [only] = offered.length === 1 ? offered : fitting;
  if (only !== undefined && (offered.length === 1 || fitting.length === 1)) input.val(only).trigger('change');
}
