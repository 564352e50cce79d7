// The built types, as a project of CommonJS modules sees them.
import client = require("river-client");

const river = new client.River({ host: "localhost:8080", jwt: "token" });
river.subscribe("dogs").bind("bark", (sound, { offset }) => console.log(sound, offset));

// @ts-expect-error: a token is needed
new client.River({ host: "localhost:8080" });
