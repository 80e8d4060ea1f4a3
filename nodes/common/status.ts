import type { Node, NodeStatus } from 'node-red';
import { type Clock, systemClock, type Timer } from '../../src/system/clock';
import { warnIfThrown } from '../../src/system/listeners';
import { NowAndThen } from '../../src/system/now-and-then';
import { type Fault, faultText } from './fault';
import { sharedText, statusText, type Text, type Translate, translatorOf } from './text';

/** How often a text that only counts time may be sent to the editor, in ms. */
const tickInterval = 10_000;
/** Between two statuses, in ms: nobody reads more, and each is an event, a message to editors, and maybe a translation. */
const shortestInterval = 200;

/** A status whose text is one of the catalogues, or says nothing that could be translated. */
export interface Shown extends Omit<NodeStatus, 'text'> {
  text?: string | Text;
}

/** The status of a node: sent when it changes, never twice the same, and, where it changes often, the last of a while. */
export class StatusLine {
  #remark: () => Text | undefined = () => undefined;
  readonly #translate: Translate;
  readonly #pace: NowAndThen;
  #next: () => Shown = () => ({});
  #shown = '';
  #followed: (() => Shown) | undefined;
  #tick: Timer | undefined;
  #closed = false;

  constructor(
    RED: object,
    private readonly node: Pick<Node, 'status'>,
    private readonly clock: Clock = systemClock,
  ) {
    this.#translate = translatorOf(RED);
    this.#pace = new NowAndThen(clock, shortestInterval, () => this.#send());
  }

  show(shown: Shown): void {
    this.#show(() => shown);
  }

  /** Says something from now on, behind everything else, and never in green. */
  addRemark(remark: () => Text | undefined): void {
    const said = remark();
    if (said) this.#showNow({ fill: 'yellow', shape: 'ring', text: said });
    this.#remark = remark;
  }

  #remarked(shown: Shown): Shown {
    const { text, fill } = shown;
    const remark = text && this.#remark();
    if (!remark) return shown;
    // Translated here as well: a key that only begins a text is none for an editor.
    const first = typeof text === 'string' ? { key: text } : text;
    const values = { first, second: remark };
    const look = fill === 'green' ? { ...shown, fill: 'yellow' as const } : shown;
    return { ...look, text: sharedText('status.both', values) };
  }

  /** Says what went wrong, as every node says it: at once, since it may be over soon. */
  showFault(failure: Fault): void {
    this.#showNow({ fill: 'red', shape: 'ring', text: faultText(failure) });
  }

  /** Shows what `status` returns, now and again as time passes, until something else is shown this way. */
  follow(status: () => Shown): void {
    this.#followed = status;
    this.#show(status);
  }

  /** Clears it for good: the editor takes what an old node still had to say for the words of its successor. */
  close(): void {
    this.#followed = undefined;
    this.#showNow({});
    this.#closed = true;
  }

  #show(status: () => Shown): void {
    if (this.#closed) return;
    this.#next = status;
    this.#pace.ask();
  }

  #showNow(shown: Shown): void {
    if (this.#closed) return;
    this.#next = () => shown;
    this.#pace.now();
  }

  #send(): void {
    this.#goOnFollowing();
    const { text, ...look } = this.#remarked(this.#next());
    const translated = typeof text === 'object' ? statusText(text, this.#translate) : text;
    const status = { ...look, ...(translated !== undefined && { text: translated }) };
    const key = JSON.stringify(status);
    if (key === this.#shown) return;
    this.#shown = key;
    // It may be sent by a timer: nobody would catch what a listener to the statuses of all nodes throws.
    warnIfThrown('the status of a node', () => this.node.status(status));
  }

  #goOnFollowing(): void {
    this.#tick?.cancel();
    this.#tick = undefined;
    const status = this.#followed;
    if (status) this.#tick = this.clock.after(tickInterval, () => this.#show(status), { background: true });
  }
}
