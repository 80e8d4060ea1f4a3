// For node-red-dev, where catalogue.nodered.org cannot be reached: an empty one, in which every name is new.
const { createRequire } = require('node:module');
const { realpathSync } = require('node:fs');

const axios = createRequire(realpathSync(process.argv[1]))('axios');
const get = axios.get.bind(axios);
axios.get = (url, ...rest) =>
  url.startsWith('https://catalogue.nodered.org/')
    ? Promise.resolve({ data: { modules: [] } })
    : get(url, ...rest);
