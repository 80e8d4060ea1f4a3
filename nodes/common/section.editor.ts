import { asButton } from './keyboard.editor';

/** Makes the head of a section fold and unfold what is under it. */
export function prepareSection(id: string, open: boolean): void {
  const head = $(`#${id} > .red-ui-palette-header`);
  const content = $(`#${id} > .section-content`);
  const show = (shown: boolean): void => {
    head.attr('aria-expanded', String(shown)).children('i').toggleClass('expanded', shown);
    content.toggle(shown);
  };
  const turn = (): void => show(head.attr('aria-expanded') !== 'true');
  head.on('click', turn);
  asButton(head, turn);
  show(open);
}
