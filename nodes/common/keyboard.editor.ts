import { inputOf, inputPrefix } from './form.editor';
import type { NodeTable } from './table';

/** Makes something that is no button act as one, by keys as well. */
export function asButton(element: JQuery, act: () => void): void {
  element.attr({ role: 'button', tabindex: 0 }).on('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    act();
  });
}

/** Gives the controls of a TypedInput the label of the input that it hides. */
export function nameTyped(table: NodeTable, name: string): void {
  const input = inputOf(table, name);
  const id = `${inputPrefix(table)}${name}`;
  const label = $(`label[for="${id}"]`).attr({ id: `${id}-label`, for: `${id}-value` });
  const controls = input.next('.red-ui-typedInput-container');
  controls.find('input.red-ui-typedInput-input').attr('id', `${id}-value`);
  for (const part of ['type-select', 'option-trigger']) {
    const labelledBy = `${label.attr('id')} ${id}-${part}`;
    controls
      .find(`button.red-ui-typedInput-${part}`)
      .attr({ id: `${id}-${part}`, 'aria-labelledby': labelledBy });
  }
}

/** The same for the buttons beside a choice of config nodes, which are links without a target. */
export function nameConfigButtons(table: NodeTable, name: string, type: string): void {
  const texts = { edit: 'editor.editConfig', add: 'editor.addNewConfig' };
  for (const [part, key] of Object.entries(texts)) {
    const button = $(`#${inputPrefix(table)}btn-${name}-${part}`).attr('aria-label', RED._(key, { type }));
    asButton(button, () => button.trigger('click'));
  }
}
