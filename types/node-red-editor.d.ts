/** The part of Node-RED's editor that these nodes use, with what DefinitelyTyped leaves out. */
interface EditorNode {
  name: string;
  id: string;
  _(key: string): string;
}

interface EditorProperty<Node> {
  value: unknown;
  required?: boolean;
  type?: string;
  validate?: (this: Node, value: string, options?: unknown) => boolean | string;
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
}

interface TypedInputType {
  value: string;
  label: string;
  hasValue?: boolean;
}

interface JQuery {
  typedInput(options: { default?: string; types: (string | TypedInputType)[]; typeField: string }): JQuery;
}

declare const RED: {
  nodes: {
    registerType<Node extends EditorNode = EditorNode>(
      type: string,
      definition: EditorNodeDefinition<Node>,
    ): void;
  };
};
