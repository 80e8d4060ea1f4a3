import { prepareSection } from '../common/section.editor';
import { chosenService, countEdges, kindOf, suggestLast } from '../common/service.editor';
import { prepareFlag, prepareTyped, prepareTypes, textOf, textType } from '../common/typed.editor';
import { type Form, hasFreshID, hasMore, rows } from './form';

export interface SyncOutEditor extends EditorNode {
  service: string;
  action: string;
  source: string;
}

/** The node whose dialog is open: only of that one the form speaks. */
let open: string | undefined;

/** What the dialog of a node says now, or the node itself while it is not open. */
export function formOf(node: SyncOutEditor): Form {
  const values = node as unknown as Record<string, unknown>;
  return {
    kind: kindOf(open === node.id ? chosenService() : node.service),
    value(field) {
      const input = open === node.id ? $(`#node-input-${field}`) : undefined;
      return String((input?.length ? input.val() : values[field]) ?? '');
    },
  };
}

export function closeDialog(): void {
  open = undefined;
}

export function openDialog(node: SyncOutEditor): void {
  open = node.id;
  const translate = (key: string): string => node._(`sync-out.${key}`);
  const plain = (value: string, key: string): TypedInputType => ({
    value,
    label: translate(key),
    hasValue: false,
  });

  prepareTyped('objectType', { what: 'objectTypes' });
  const text = textType();
  prepareTypes('data', ['msg', 'flow', 'global', text, 'json', 'bin', 'env', 'jsonata']);
  prepareFlag('metaOnly');
  prepareFlag('noData', plain('auto', 'noData.auto'));
  prepareTyped('destinationType', { what: 'destinationTypes' });
  prepareTyped('destinationID', { what: 'destinationIDs', destinationType: textOf('destinationType') });
  prepareTypes('destinationsList', [textType(suggestLast({ what: 'destinations' })), 'json']);
  prepareTypes('destinationPolicy', ['json']);
  for (const field of ['version', 'description', 'expiration', 'activationTime', 'link']) prepareTyped(field);
  prepareFlag('inactive');
  prepareTypes('consumers', ['num']);
  prepareFlag('autodelete');
  const path = { ...text, label: translate('signing.path'), icon: 'fa fa-file-o' };
  prepareTypes('signingKey', [plain('none', 'signing.none'), plain('stored', 'signing.stored'), path]);
  prepareObjectID(node, plain);

  const form = formOf(node);
  prepareSection('sync-out-more', hasMore(form));
  prepareSource(node);
  const edges = new EdgeCount(node);
  const refresh = (): void => {
    for (const [row, applies] of Object.entries(rows)) $(`.sync-out-${row}`).toggle(applies(form));
    // What was chosen for a cloud stays in the list, marked, so that an edge does not silently change it.
    const onlyCloud = form.kind === 'ESS' && form.value('waitFor') !== 'delivered';
    $('#node-input-waitFor option[value="delivered"]').prop('disabled', onlyCloud);
    edges.show(rows.edges?.(form) ?? false);
  };
  const watched = ['service', 'action', 'destination', 'waitFor', 'metaOnly', 'inactive', 'signingKey'];
  $(watched.map((field) => `#node-input-${field}`).join(',')).on('change', () => {
    form.kind = kindOf(chosenService());
    refresh();
  });
  refresh();
}

/** The default says what it means for the chosen service and action. */
function prepareObjectID(node: SyncOutEditor, plain: (value: string, key: string) => TypedInputType): void {
  const types = (): (string | TypedInputType)[] => [
    plain('auto', hasFreshID(formOf(node)) ? 'id.fresh' : 'id.object'),
    plain('unique', 'unique'),
    textType(),
    'msg',
    'flow',
    'global',
    'env',
    'jsonata',
  ];
  prepareTypes('objectID', types());
  const input = $('#node-input-objectID');
  let shown = hasFreshID(formOf(node));
  $('#node-input-service, #node-input-action, #node-input-metaOnly').on('change', () => {
    const fresh = hasFreshID(formOf(node));
    if (fresh !== shown) input.typedInput('types', types());
    shown = fresh;
  });
}

/** The path of a file comes in msg.filename, as with Node-RED's own file nodes. */
function prepareSource(node: SyncOutEditor): void {
  let source = node.source;
  const places: Record<string, string> = { value: 'payload', file: 'filename' };
  $('#node-input-source').on('change', function () {
    const chosen = String($(this).val());
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

  constructor(private readonly node: SyncOutEditor) {}

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
      else this.#tell('count', { count: String(count) });
    });
  }

  #tell(key: string, values?: Record<string, string>): void {
    $('#sync-out-edges').text(this.node._(`sync-out.edges.${key}`, values));
  }
}
