/** The part of Node-RED's editor that these nodes use, with what DefinitelyTyped leaves out. */
interface EditorNode {
  name: string;
  id: string;
  type: string;
  /** Whether it differs from what is deployed. */
  changed?: boolean;
  credentials?: Record<string, string>;
  /** What its type was registered with. */
  _def?: { defaults: Record<string, unknown> };
  _(key: string, values?: Record<string, string>): string;
}

interface Suggestion {
  value: string;
  label: string;
}

interface EditorProperty<Node> {
  value: unknown;
  required?: boolean;
  type?: string;
  /**
   * A text is the reason why the value is invalid. It must declare both parameters: with one, Node-RED takes the text for
   * "valid".
   */
  validate?: (this: Node, value: string, options: unknown) => boolean | string;
}

interface EditorNodeDefinition<Node> {
  category: string;
  color?: string;
  icon?: string;
  inputs?: number;
  outputs?: number;
  align?: 'left' | 'right';
  paletteLabel?: string;
  defaults: Record<string, EditorProperty<Node>>;
  credentials?: Record<string, { type: 'text' | 'password' }>;
  label(this: Node): string;
  labelStyle?(this: Node): string;
  outputLabels?(this: Node, index: number): string;
  oneditprepare?(this: Node): void;
  oneditsave?(this: Node): void;
  oneditcancel?(this: Node): void;
  oneditdelete?(this: Node): void;
  /** Called when a user adds the node, by drag, import or paste; not when flows are loaded. */
  onadd?(this: Node): void;
}

interface TypedInputType {
  value: string;
  label: string;
  hasValue?: boolean;
  icon?: string;
  validate?: (value: string) => boolean;
  autoComplete?: (value: string, done: (found: Suggestion[]) => void) => void;
}

interface JQuery {
  typedInput(options: { default?: string; types: (string | TypedInputType)[]; typeField: string }): JQuery;
  typedInput(name: 'types', types: (string | TypedInputType)[]): JQuery;
  typedInput(name: 'value'): string;
  typedInput(name: 'value', value: string): JQuery;
  typedInput(name: 'type'): string;
  autoComplete(options: {
    search: (value: string, done: (found: Suggestion[]) => void) => void;
    minLength: number;
  }): JQuery;
}

declare const RED: {
  /** Of the editor's own catalogue. */
  _(key: string, values?: object): string;
  nodes: {
    registerType<Node extends EditorNode = EditorNode>(
      type: string,
      definition: EditorNodeDefinition<Node>,
    ): void;
    node(id: string): EditorNode | null | undefined;
    eachNode(visit: (node: EditorNode) => void): void;
  };
  editor: {
    /** What is being edited, each opened from the one before it. */
    getEditStack(): EditorNode[];
  };
  utils: {
    /** True, or what is wrong. */
    validateTypedProperty(value: string, type: string, options?: unknown): boolean | string;
  };
};
