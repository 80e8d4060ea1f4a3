import type { ObjectMetadata, ObjectStatus } from '../../protocol/metadata';
import type { EndOptions } from '../connection/options';
import type { ListOptions, QuestionOptions, Requests } from '../connection/requests';
import { type CurrentVersion, glanceAtVersion } from './current-version';
import { type ListedObject, ObjectList } from './listed-object';
import type { ObjectReference } from './names';
import { type Paths, query } from './paths';
import type { Presence } from './presence';
import { isUpdate } from './update';

/** How an application tells a service what it has done with an object. */
export type Mark = 'consumed' | 'received' | 'deleted' | 'policyreceived';

export interface UpdatesOptions extends ListOptions {
  /** Also those that were marked received. */
  received?: boolean;
}

/** What a service says of objects, one by one or by type, and what is said to it about them. */
export class Objects {
  constructor(
    private readonly requests: Requests,
    private readonly paths: Paths,
    private readonly presence: Presence,
  ) {}

  async metadata(object: ObjectReference, options: QuestionOptions): Promise<ObjectMetadata> {
    const path = this.paths.object(object);
    const { objectID, objectType } = object;
    return this.presence.about(object, 'metadata', options, () =>
      this.requests.json(path, options, (value) => isUpdate(value, objectType, objectID)),
    );
  }

  /** Which version is there now: its metadata for those who want to know no more than that. */
  async version(object: ObjectReference, options: QuestionOptions): Promise<CurrentVersion> {
    const path = this.paths.object(object);
    const { objectID, objectType } = object;
    return this.presence.about(object, 'metadata', options, () =>
      this.requests.json<CurrentVersion>(
        path,
        options,
        (value) => isUpdate(value, objectType, objectID),
        (text) => glanceAtVersion(text, object),
      ),
    );
  }

  async status(object: ObjectReference, options: QuestionOptions): Promise<ObjectStatus> {
    const path = this.paths.object(object, 'status');
    return this.presence.about(object, 'other', options, () => this.requests.text(path, options));
  }

  /** Calls back for each update of a type while their list arrives; one that is none of this type's is left out. */
  async readUpdates(
    objectType: string,
    options: UpdatesOptions,
    onUpdate: (object: ListedObject) => void,
  ): Promise<void> {
    const path = `${this.paths.type(objectType)}${query({ received: options.received || undefined })}`;
    const list = new ObjectList(objectType);
    await this.requests.readList(path, { lane: 'poll', ...options }, (entry) => {
      const object = list.object(entry);
      if (object) onUpdate(object);
    });
  }

  /** Never repeated: each counts. */
  async mark(object: ObjectReference, mark: Mark, { signal }: EndOptions): Promise<void> {
    const lane = 'acknowledgement';
    const path = this.paths.object(object, mark);
    await this.presence.about(object, 'other', { lane, signal }, () =>
      this.requests.change({ method: 'PUT', path, lane, repeatable: false, signal }),
    );
  }

  async activate(object: ObjectReference, { signal }: EndOptions): Promise<void> {
    const lane = 'publish';
    const path = this.paths.object(object, 'activate');
    await this.presence.about(object, 'other', { lane, signal }, () =>
      this.requests.change({ method: 'PUT', path, lane, repeatable: false, signal }),
    );
  }

  async delete(object: ObjectReference, { signal }: EndOptions): Promise<void> {
    const lane = 'publish';
    const path = this.paths.object(object);
    await this.presence.about(object, 'other', { lane, signal }, () =>
      this.requests.change({ method: 'DELETE', path, lane, repeatable: false, signal }),
    );
  }
}
