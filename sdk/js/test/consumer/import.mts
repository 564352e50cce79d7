// The built types, as a project that imports the package sees them.
import { River, RiverError, type Gap, type Member } from "river-client";

const river = new River({ host: "localhost:8080", jwt: async () => "token" });
const room = river.subscribe("presence-room", { since: { epoch: "x7", offset: 1 } });
room.bind<Member>("river:member_joined", (member) => member.id.trim());
room.bind<Gap>("river:gap", (gap) => gap.position.offset.toFixed());
room.history({ limit: 3 }).catch((error: RiverError) => error.reason.trim());

// @ts-expect-error: a token is needed
new River({ host: "localhost:8080" });
// @ts-expect-error: what is internal cannot be seen
river.connection.send({ type: "ping" });
