// The built types, as a project of CommonJS modules sees them.
import client = require("river-server");

new client.River({ host: "localhost:8080", key: "key" }).channel("dogs");

// @ts-expect-error: a key is needed
new client.River({ host: "localhost:8080" });
