import { type Dialog, type Prepare, typesOf } from '../common/dialog.editor';
import { chosenService, countEdges } from '../common/service.editor';
import { table } from './fields';
import { hasFreshID, onEdge } from './rules';

export const prepare: Prepare = (node, dialog) => {
  prepareObjectID(node, dialog);
  prepareSource();
  const edges = new EdgeCount(node);
  dialog.follow(() => {
    offerEnds(dialog);
    // What was chosen for a cloud stays in the list, marked, so that an edge does not silently change it.
    const isLost = onEdge(dialog.form) && dialog.form.value('waitFor') !== 'delivered';
    $('#node-input-waitFor option[value="delivered"]').prop('disabled', isLost);
    edges.show(table.fields.edges.shown?.(dialog.form) ?? false);
  });
};

/** The default says what it means for the chosen service and action. */
function prepareObjectID(node: EditorNode, { form, follow }: Dialog): void {
  const input = $('#node-input-objectID');
  let shown: boolean | undefined;
  follow(() => {
    const fresh = hasFreshID(form);
    if (fresh === shown) return;
    shown = fresh;
    const textOf = (plain: string): string => (plain === 'auto' && fresh ? 'fresh' : plain);
    input.typedInput('types', typesOf(node, table, 'objectID', table.fields.objectID, textOf));
  });
}

/** Only what is kept goes on before it is sent; what is deleted arrives nowhere. */
function offerEnds({ form }: Dialog): void {
  const choice = $('#node-input-waitFor');
  const offer = (end: string, isOffered: boolean): void => {
    choice.find(`option[value="${end}"]`).prop('hidden', !isOffered);
    if (!isOffered && choice.val() === end) choice.val('published');
  };
  const keeps = form.value('whenAway') === 'keep';
  const arrives = !keeps || form.value('action') !== 'delete';
  offer('queued', keeps);
  offer('delivered', arrives);
  offer('consumed', arrives);
}

/** The path of a file comes in msg.filename, as with Node-RED's own file nodes. */
function prepareSource(): void {
  const places: Record<string, string> = { value: 'payload', file: 'filename' };
  const choice = $('#node-input-source');
  let source = String(choice.val());
  choice.on('change', () => {
    const chosen = String(choice.val());
    const data = $('#node-input-data');
    if (data.typedInput('type') === 'msg' && data.typedInput('value') === places[source]) {
      data.typedInput('value', places[chosen] ?? 'payload');
    }
    source = chosen;
  });
}

/** Tells how many edges "all edges" are now. */
class EdgeCount {
  #service: string | undefined;

  constructor(private readonly node: EditorNode) {}

  show(wanted: boolean): void {
    const service = wanted ? chosenService() : undefined;
    if (service === this.#service) return;
    this.#service = service;
    if (service === undefined) return;
    this.#tell('counting');
    countEdges((count) => {
      // Another service may be chosen by now.
      if (service !== this.#service) return;
      if (count === undefined) this.#tell('unknown');
      else if (count === 0) this.#tell('none');
      else this.#tell('count', { count: String(count) });
    });
  }

  #tell(key: string, values?: Record<string, string>): void {
    const text = document.createTextNode(this.node._(`sync-out.edges.${key}`, values));
    const warning = $('<i>').addClass('fa fa-exclamation-triangle').css('margin-right', '6px');
    $('#sync-out-edges')
      .empty()
      .append(...(key === 'none' ? [warning] : []), text);
  }
}
