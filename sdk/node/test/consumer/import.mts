// The built types, as a project that imports the package sees them.
import { River, RiverError, type PublishResult } from "river-server";

const river = new River({ host: "localhost:8080", key: "key" });
const one: Promise<PublishResult> = river.publish("dogs", "bark", { sound: "woof" });
const many = river.publish(["dogs", "cats"], "hello");
one.catch((error: RiverError) => error.param?.trim());
many.then(([first]) => (first instanceof RiverError ? first.retry : first?.offset));
// @ts-expect-error: each of several may have failed
many.then(([first]) => first?.offset);
for await (const member of river.members("presence-room")) member.id.trim();

// What comes from the environment may be missing: then the constructor says so.
new River({ host: "localhost:8080", key: process.env.KEY, jwt_secret: process.env.SECRET });

// @ts-expect-error: a key is needed
new River({ host: "localhost:8080" });
// @ts-expect-error: this is no grant
river.token({ channels: { dogs: ["everything"] } });
