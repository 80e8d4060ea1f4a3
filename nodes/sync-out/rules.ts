import { type Form, flagOf, has, literalOf, type Rule } from '../common/form';
import { wordsOf } from '../common/words';
import { isTime } from './time';

/** What is wrong, as a text of the catalogue. */
type Problem = Rule<string | undefined>;

export const hasMetadata = has('action', 'publish', 'metadata');

export const onEdge: Rule<boolean> = (form) => form.kind === 'ESS';

/** Whether it is sent from a cloud to one of some choices of a destination. */
export function goesTo(...choices: string[]): Rule<boolean> {
  const isChosen = has('destination', ...choices);
  return (form) => !onEdge(form) && hasMetadata(form) && isChosen(form);
}

/** Whether a flag is on, or a message may say so. */
export function mayBe(flag: string): Rule<boolean> {
  return (form) => flagOf(form, flag) !== false;
}

/** What was chosen for a cloud and is refused on an edge stays in sight. */
export const isDestinationShown: Rule<boolean> = (form) =>
  hasMetadata(form) && (!onEdge(form) || has('destination', 'list')(form));

/** Whether the object may be new: on an edge it then has a fresh ID, unless another is chosen. */
export function hasFreshID(form: Form): boolean {
  const isPublished = has('action', 'publish')(form);
  return onEdge(form) && (isPublished || (hasMetadata(form) && flagOf(form, 'metaOnly') !== true));
}

export const destinationProblem: Problem = (form) => {
  if (onEdge(form)) return 'needs.cloud';
  return form.kind === 'CSS' && form.value('destination') === '' ? 'needs.destination' : undefined;
};

/** How an edge of a list is written: `type:id`. */
export const destinationForm = /^[^:<>]+:[^<>]+$/;

export const listProblem: Problem = (form) => {
  const names = wordsOf(literalOf(form, 'destinationsList') ?? '');
  return names.every((name) => destinationForm.test(name)) ? undefined : 'invalid.list';
};

export const waitProblem: Problem = (form) =>
  onEdge(form) && form.value('waitFor') === 'delivered' ? 'needs.consumed' : undefined;

export function timeProblem(field: string): Problem {
  return (form) => {
    const text = literalOf(form, field);
    return text && !isTime(text) ? 'invalid.time' : undefined;
  };
}

export const consumersProblem: Problem = (form) => {
  const text = literalOf(form, 'consumers');
  if (!text) return undefined;
  return Number.isInteger(Number(text)) && Number(text) >= -1 ? undefined : 'invalid.consumers';
};

export const autodeleteProblem: Problem = (form) =>
  flagOf(form, 'autodelete') && !goesTo('node', 'list')(form) ? 'needs.place' : undefined;

export const linkProblem: Problem = (form) => {
  const hasNoData = has('action', 'metadata')(form) && !flagOf(form, 'metaOnly') && flagOf(form, 'noData');
  return hasNoData && form.value('link') !== '' ? 'invalid.link' : undefined;
};

/** A key that somebody pastes where its path belongs would be in the flow, for all to read. */
export const keyProblem: Problem = (form) =>
  form.value('signingKey').includes('-----') ? 'invalid.secret' : undefined;
