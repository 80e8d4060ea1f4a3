// Flows that come from the cloud as an object: applied by the Admin API, and taken back when they do not start or end Node-RED.
const {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { join } = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');
const { events } = require('@node-red/util');

/** The tab that takes flows from the cloud: what comes never replaces it. */
const ownTab = 'flow-delivery';
/** What is in a flow without being a node. */
const noNodes = ['tab', 'subflow', 'group', 'junction', 'global-config'];
/** How long flows may take to start, in ms. */
const patience = 60_000;
/** How often Node-RED may start with new flows before they have run for long enough. */
const mostStarts = 3;

class FlowDelivery {
  #options;
  #folder;
  #underWay;

  /**
   * @param options `userDir` and `flowFile` as Node-RED has them; `admin`, the address of its Admin API, with a `token` for it;
   *   `probation`, for how long flows must run before they count as good, in ms.
   */
  constructor(options) {
    this.#options = options;
    this.#folder = join(options.userDir, 'flow-delivery');
    mkdirSync(this.#folder, { recursive: true });
  }

  /** Before Node-RED reads its flows: counts the starts of flows on trial, and puts the former ones back after too many. */
  atStart() {
    const trial = this.#read('trial.json');
    if (!trial) return;
    const starts = trial.starts + 1;
    if (starts <= mostStarts) return this.#write('trial.json', { ...trial, starts });
    for (const file of this.#files()) {
      const kept = join(this.#folder, file);
      if (existsSync(kept)) copyFileSync(kept, join(this.#options.userDir, file));
    }
    this.#refuse(trial.instanceID, `Node-RED ended ${mostStarts} times with these flows`);
  }

  /**
   * Has Node-RED run the flows of an object, and returns when they have run for long enough.
   *
   * @param delivered `{ flows, environment }`: nodes as Node-RED exports them, and variables for them.
   * @param instanceID of the object: the same is applied once, whatever restarts meanwhile.
   * @throws Error that says why the former flows run again.
   */
  async apply(delivered, { instanceID }) {
    if (this.#underWay?.instanceID !== instanceID) {
      const before = this.#underWay?.work.catch(() => undefined);
      const work = Promise.resolve(before).then(() => this.#apply(delivered, instanceID));
      this.#underWay = { instanceID, work };
    }
    return this.#underWay.work;
  }

  async #apply(delivered, instanceID) {
    if (this.#read('applied.json')?.instanceID === instanceID) return;
    const refused = this.#read('refused.json');
    if (refused?.instanceID === instanceID) throw new Error(refused.reason);
    try {
      if (this.#read('trial.json')?.instanceID !== instanceID) await this.#start(delivered, instanceID);
      await this.#runOnTrial();
      this.#write('applied.json', { instanceID });
      rmSync(join(this.#folder, 'trial.json'));
    } catch (error) {
      this.#refuse(instanceID, error.message);
      throw error;
    }
  }

  async #start(delivered, instanceID) {
    const { flows: running, rev } = await this.#ask('GET', '/flows');
    const flows = await this.#merged(delivered, running);
    this.#write(this.#options.flowFile, running);
    const credentials = this.#credentials();
    if (credentials) copyFileSync(credentials, join(this.#folder, this.#files()[1]));
    this.#write('trial.json', { instanceID, starts: 1 });
    try {
      await this.#deploy({ flows, rev });
    } catch (error) {
      await this.#back();
      throw error;
    }
  }

  async #runOnTrial() {
    const stopped = onceStopped();
    try {
      await Promise.race([pause(this.#options.probation), stopped.error]);
    } catch (error) {
      await this.#back();
      throw error;
    } finally {
      stopped.end();
    }
  }

  /** Has Node-RED run the former flows, with their credentials, which it forgets with the nodes that had them. */
  async #back() {
    const kept = join(this.#folder, this.#files()[1]);
    const credentials = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : undefined;
    await this.#deploy({ flows: this.#read(this.#options.flowFile), ...(credentials && { credentials }) });
  }

  /** What came, with the tab that takes flows, in which nothing changes. */
  async #merged({ flows, environment = {} } = {}, running) {
    if (!Array.isArray(flows) || !flows.every((node) => node?.id && node.type))
      throw new Error('The object must hold {"flows": [nodes as Node-RED exports them]}');
    const own = running.filter(({ id, z }) => id === ownTab || z === ownTab);
    const taken = flows.filter(({ id, z }) => z === ownTab || own.some((node) => node.id === id));
    if (taken.length > 0) throw new Error(`These IDs are those of the tab that takes flows: ${idsOf(taken)}`);
    const installed = (await this.#ask('GET', '/nodes')).flatMap(({ types }) => types);
    const unknown = flows.filter(
      ({ type }) => !noNodes.includes(type) && !/^subflow:/.test(type) && !installed.includes(type),
    );
    if (unknown.length > 0)
      throw new Error(`Not installed: ${Array.from(new Set(unknown.map(({ type }) => type))).join(', ')}`);
    const env = Object.entries(environment).map(([name, value]) => ({
      name,
      value: String(value),
      type: 'str',
    }));
    const global = env.length > 0 ? [{ id: 'delivered-environment', type: 'global-config', env }] : [];
    return [...own, ...flows, ...global];
  }

  async #deploy(body) {
    const started = onceStarted();
    try {
      await this.#ask('POST', '/flows', body);
      await started.done;
    } finally {
      started.end();
    }
  }

  async #ask(method, path, body) {
    const response = await this.#untilItAnswers(() =>
      fetch(this.#options.admin + path, {
        method,
        headers: {
          authorization: `Bearer ${this.#options.token}`,
          accept: 'application/json',
          'content-type': 'application/json',
          'node-red-api-version': 'v2',
          'node-red-deployment-type': 'flows',
        },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path} was answered with ${response.status}: ${text.slice(0, 200)}`);
    return JSON.parse(text);
  }

  /** Node-RED starts its flows before it listens. */
  async #untilItAnswers(send) {
    for (let left = patience; ; left -= 500) {
      try {
        return await send();
      } catch (error) {
        if (left <= 0) throw error;
        await pause(500);
      }
    }
  }

  #refuse(instanceID, reason) {
    this.#write('refused.json', { instanceID, reason });
    rmSync(join(this.#folder, 'trial.json'), { force: true });
  }

  /** The names of Node-RED's files: flows, and their credentials. */
  #files() {
    const { flowFile } = this.#options;
    return [flowFile, flowFile.replace(/(\.\w+)?$/, '_cred$1')];
  }

  #credentials() {
    const file = join(this.#options.userDir, this.#files()[1]);
    return existsSync(file) ? file : undefined;
  }

  #read(name) {
    const file = join(this.#folder, name);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  }

  #write(name, content) {
    const file = join(this.#folder, name);
    writeFileSync(`${file}.new`, JSON.stringify(content), { flush: true });
    renameSync(`${file}.new`, file);
  }
}

function idsOf(nodes) {
  return nodes.map(({ id }) => id).join(', ');
}

/** Waits until Node-RED has started its flows, or says why it has not. */
function onceStarted() {
  const { promise: done, resolve, reject } = withResolvers();
  const timer = setTimeout(
    () => reject(new Error(`The flows have not started within ${patience / 1000} s`)),
    patience,
  );
  const onState = ({ id, payload }) => {
    if (id === 'runtime-state' && payload?.error)
      reject(new Error(`The flows have not started: ${payload.error}`));
  };
  events.once('flows:started', resolve);
  events.on('runtime-event', onState);
  // Whoever waits no more need not hear of it.
  done.catch(() => undefined);
  return {
    done,
    end() {
      clearTimeout(timer);
      events.off('flows:started', resolve);
      events.off('runtime-event', onState);
    },
  };
}

/** Hears when flows that have started stop for a reason that is no deploy. */
function onceStopped() {
  const { promise: error, reject } = withResolvers();
  const onState = ({ id, payload }) => {
    if (id === 'runtime-state' && payload?.error)
      reject(new Error(`The flows have stopped: ${payload.error}`));
  };
  events.on('runtime-event', onState);
  error.catch(() => undefined);
  return { error, end: () => events.off('runtime-event', onState) };
}

function withResolvers() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}

module.exports = { FlowDelivery };
