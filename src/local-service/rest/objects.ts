import {
  badRequest,
  done,
  malformed,
  methodNotAllowed,
  type RestResponse,
  unauthorized,
} from '../responses/response';
import type { ObjectName } from '../store/objects';
import { mayReadType } from './access';
import { type GoStruct, readGoJson } from './go-json';
import { isGoUrl } from './go-url';
import { allOfType, organizationLists, updates } from './lists';
import { whole } from './object';
import { operate } from './operations';
import { bytesOf, checkName, flag, type RestRequest } from './request';

/** A CSS has the organization in its paths; an ESS reads such a path as type and ID, and finds nothing. */
export async function objects(request: RestRequest, segments: string[]): Promise<RestResponse> {
  const { service, method } = request;
  if (segments.length === 1 && segments[0] === '') return malformed;
  const [organization = '', ...rest] =
    service.nodeType === 'CSS' ? segments : [service.organization, ...segments];
  if (rest.length === 0) {
    return method === 'GET' ? organizationLists(request, organization) : methodNotAllowed;
  }
  // One slash at the end is accepted; for a type alone it stands for none.
  const parts = rest.length > 1 && rest.at(-1) === '' ? rest.slice(0, -1) : rest;
  const [objectType = '', objectID, operation, ...more] = parts;
  if (more.length > 0) return malformed;
  if (objectID === undefined) return ofType(request, organization, objectType);
  const name: ObjectName = [organization, objectType, objectID];
  checkNames(name);
  return operation === undefined ? whole(request, name) : operate(request, name, operation.toLowerCase());
}

async function ofType(request: RestRequest, organization: string, objectType: string): Promise<RestResponse> {
  const { method, query } = request;
  if (method === 'GET') {
    const all = flag(query, 'all_objects');
    const received = all ? false : flag(query, 'received');
    checkNames([organization, objectType, '']);
    return all
      ? allOfType(request, organization, objectType)
      : updates(request, organization, objectType, received ?? false);
  }
  if (method !== 'PUT') return methodNotAllowed;
  checkNames([organization, objectType, '']);
  return webhook(request, organization, objectType);
}

const webhookUpdate: GoStruct = { name: 'base.webhookUpdate', fields: { action: 'string', url: 'string' } };

async function webhook(
  request: RestRequest,
  organization: string,
  objectType: string,
): Promise<RestResponse> {
  const { service } = request;
  mayReadType(request, organization, objectType);
  if (!mayHook(request, organization, objectType)) throw unauthorized;
  const { action = '', url = '' } = readGoJson(await bytesOf(request), webhookUpdate) as {
    action?: string;
    url?: string;
  };
  // An action that is none of the two is taken, and nothing is done.
  if (/^delete$/i.test(action)) service.webhooks.delete(organization, objectType, url);
  if (/^register$/i.test(action)) {
    checkWebhook(url);
    service.webhooks.register(organization, objectType, url);
  }
  return done;
}

/** On a CSS users need the list of the type, and so does who is an administrator elsewhere. */
function mayHook({ service, caller }: RestRequest, organization: string, objectType: string): boolean {
  if (!caller || caller.role === 'service') return false;
  if (service.nodeType === 'ESS' || caller.role === 'syncAdmin') return true;
  const isPlain = caller.role === 'user' || caller.role === 'node';
  if (!isPlain && caller.organization === organization) return true;
  return service.accessLists.mayWrite(organization, objectType, caller.name);
}

function checkWebhook(url: string): void {
  if (!isGoUrl(url)) throw badRequest('Invalid webhook');
  if (!/^https?:/i.test(url)) throw badRequest('Invalid destination data URI');
}

function checkNames([organization, objectType, objectID]: ObjectName): void {
  checkName('Organization ID', organization);
  checkName('object Type', objectType);
  checkName('object ID', objectID);
}
