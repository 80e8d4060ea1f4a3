/** A sync-service that speaks to a service by its address, as a node of a flow. */
export type ServiceNode = {
  id: string;
  type: 'sync-service';
  connection: 'address';
  side: 'cloud' | 'edge';
  address: string;
  [field: string]: unknown;
};

const byAddress = { type: 'sync-service', connection: 'address' } as const;

/** That of a cloud, `css`. @param fields what it has beside or instead of the usual. */
export function cloudNode(address: string, fields: object = {}): ServiceNode {
  return { ...byAddress, id: 'css', side: 'cloud', organization: 'demo', address, ...fields };
}

/** That of an edge, `ess`. @param fields as of `cloudNode`. */
export function edgeNode(address: string, fields: object = {}): ServiceNode {
  return { ...byAddress, id: 'ess', side: 'edge', address, ...fields };
}

/** An administrator of the organization `demo`, as a local service takes any. */
export const admin = { key: 'admin@demo', secret: 'x' };

/** The credentials of `css` and `ess`. */
export const asAdmin = { css: admin, ess: admin };

/** Nothing listens there. */
export const nowhere = 'http://127.0.0.1:1';
