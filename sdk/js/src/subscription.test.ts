import { describe, expect, it, vi } from "vitest";
import type { Channel } from "./index.js";
import { Scene, heard, settle } from "../test/fakes.js";

/** Connected, and subscribed to one channel at offset 40. */
async function at_40(name = "dogs", options = {}): Promise<[Scene, Channel]> {
  const scene = new Scene();
  const channel = scene.river.subscribe(name, options);
  await scene.connects();
  scene.server.subscribes(name, { offset: 40 });
  return [scene, channel];
}

/** The same, and the events after `rewound_to` are to follow. */
async function rewound(name: string, options: object, rewound_to: number) {
  const scene = new Scene();
  const channel = scene.river.subscribe(name, options);
  await scene.connects();
  scene.server.subscribes(name, { offset: 40, rewound_to });
  return [scene, channel] as const;
}

async function reconnects(scene: Scene): Promise<void> {
  scene.server.ends();
  await scene.clock.advance(5000);
  await scene.connects();
}

describe("a subscription", () => {
  it("delivers its channel's events, with their offsets", async () => {
    const [scene, dogs] = await at_40();
    const barks = vi.fn();
    dogs.bind("bark", barks);
    scene.server.publishes("dogs", 41, "bark", { sound: "woof" });
    scene.server.publishes("dogs", 42, "bite");
    scene.server.publishes("cats", 7, "bark");
    expect(barks.mock.calls).toEqual([[{ sound: "woof" }, { channel: "dogs", offset: 41 }]]);
    expect(dogs.position).toEqual({ epoch: "x7", offset: 42 });
  });

  it("tells when it begins", async () => {
    const scene = new Scene();
    const dogs = scene.river.subscribe("dogs");
    const subscribed = vi.fn();
    dogs.bind("river:subscribed", subscribed);
    await scene.connects();
    expect(dogs.is_subscribed).toBe(false);
    scene.server.subscribes("dogs", { offset: 40 });
    expect(dogs.is_subscribed).toBe(true);
    expect(subscribed.mock.calls[0]?.[0]).toEqual({
      position: { epoch: "x7", offset: 40 },
      recovered: true,
    });
  });

  it("can be made while connected", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.river.subscribe("dogs", { rewind: 3 });
    expect(scene.server.all("subscribe")).toMatchObject([{ channel: "dogs", rewind: 3 }]);
  });

  it("is one for all who want the same channel", async () => {
    const [scene, dogs] = await at_40();
    expect(scene.river.subscribe("dogs")).toBe(dogs);
    expect(scene.server.all("subscribe")).toHaveLength(1);
  });

  it.each<[string, any, any, string]>([
    ["no name", undefined, {}, "invalid_channel"],
    ["an object for a name", { name: "dogs" }, {}, "invalid_channel"],
    ["a name that no channel has", "big dogs", {}, "invalid_channel"],
    ["a name that is too long", "d".repeat(201), {}, "invalid_channel"],
    ["half a character", "dogs", { since: { epoch: "\ud83d", offset: 1 } }, "invalid_value"],
    ["a rewind in text", "dogs", { rewind: "10" }, "invalid_value"],
    ["half a position", "dogs", { since: { epoch: "x7" } }, "invalid_value"],
    ["a position that is text", "dogs", { since: "x7:1" }, "invalid_value"],
  ])("cannot be made with %s, which would end the others", async (_what, name, options, reason) => {
    const scene = new Scene();
    await scene.connects();
    const subscribe = () => scene.river.subscribe(name, options);
    expect(subscribe).toThrow(expect.objectContaining({ name: "RiverError", reason }));
    expect(scene.server.all("subscribe")).toEqual([]);
  });

  it("takes options that are null as left out, as they come from a storage", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.river.subscribe("dogs", { since: null, rewind: null } as any);
    const [asked] = scene.server.all("subscribe");
    expect(asked).toEqual({ type: "subscribe", id: asked?.id, channel: "dogs" });
  });

  it("rewinds nothing when told to rewind by zero", async () => {
    const scene = new Scene();
    await scene.connects();
    scene.river.subscribe("dogs", { rewind: 0 });
    expect(scene.server.all("subscribe")[0]).not.toHaveProperty("rewind");
  });

  it("ends, and hears nothing more", async () => {
    const [scene, dogs] = await at_40();
    const list = heard(dogs);
    scene.river.unsubscribe("dogs");
    expect(scene.server.all("unsubscribe")).toMatchObject([{ channel: "dogs" }]);
    scene.server.publishes("dogs", 41);
    await reconnects(scene);
    expect(list).toEqual([]);
    expect(scene.server.all("subscribe")).toEqual([]);
  });

  it("that is made anew does not hear what was on its way to the old one", async () => {
    const [scene] = await at_40();
    const old_id = scene.server.all("subscribe")[0]?.id;
    scene.river.unsubscribe("dogs");
    const list = heard(scene.river.subscribe("dogs"));
    scene.server.publishes("dogs", 41);
    scene.server.subscribes("dogs", { id: old_id, offset: 41 });
    scene.server.publishes("dogs", 42);
    scene.server.subscribes("dogs", { offset: 42 });
    scene.server.publishes("dogs", 43);
    expect(list).toEqual([43]);
  });
});

describe("after a lost connection", () => {
  it("resumes after the last event that was delivered", async () => {
    const [scene, dogs] = await at_40();
    const list = heard(dogs);
    scene.server.publishes("dogs", 41);
    await reconnects(scene);
    expect(scene.server.all("subscribe")).toMatchObject([{ since: { epoch: "x7", offset: 41 } }]);
    scene.server.subscribes("dogs", { offset: 43, recovered: true });
    for (const offset of [42, 43, 44]) scene.server.publishes("dogs", offset);
    expect(list).toEqual([41, 42, 43, 44]);
    expect(scene.gaps).toEqual([]);
  });

  it("delivers no event twice", async () => {
    const [scene, dogs] = await at_40();
    const list = heard(dogs);
    scene.server.publishes("dogs", 41);
    await reconnects(scene);
    scene.server.subscribes("dogs", { offset: 42, recovered: true });
    for (const offset of [40, 41, 42, 42]) scene.server.publishes("dogs", offset);
    expect(list).toEqual([41, 42]);
  });

  it("resumes in the middle of a recovery that was cut too", async () => {
    const [scene] = await at_40();
    await reconnects(scene);
    scene.server.subscribes("dogs", { offset: 45, recovered: true });
    scene.server.publishes("dogs", 41);
    await reconnects(scene);
    expect(scene.server.all("subscribe")).toMatchObject([{ since: { offset: 41 } }]);
  });

  it("resumes where it began if nothing was published since", async () => {
    const [scene] = await at_40();
    await reconnects(scene);
    expect(scene.server.all("subscribe")).toMatchObject([{ since: { offset: 40 } }]);
  });

  it("tells the channel and the connection of a gap", async () => {
    const [scene, dogs] = await at_40();
    const gaps = vi.fn();
    dogs.bind("river:gap", gaps);
    await reconnects(scene);
    scene.server.subscribes("dogs", { epoch: "y1", offset: 3, recovered: false });
    const gap = {
      channel: "dogs",
      previous: { epoch: "x7", offset: 40 },
      position: { epoch: "y1", offset: 3 },
    };
    expect(gaps.mock.calls[0]?.[0]).toEqual(gap);
    expect(scene.gaps).toEqual([gap]);
  });

  it.each(["x7", "y1"])("goes on after a gap where the server says, epoch %s", async (epoch) => {
    const [scene, dogs] = await at_40();
    const list = heard(dogs);
    scene.server.publishes("dogs", 41);
    await reconnects(scene);
    scene.server.subscribes("dogs", { epoch, offset: 3, recovered: false });
    scene.server.publishes("dogs", 4);
    expect(list).toEqual([41, 4]);
    expect(dogs.position).toEqual({ epoch, offset: 4 });
  });

  it("resumes after disconnect() and connect() as well", async () => {
    const [scene] = await at_40();
    scene.river.disconnect();
    scene.river.connect();
    await scene.connects();
    expect(scene.server.all("subscribe")).toMatchObject([{ since: { offset: 40 } }]);
  });
});

describe("a position that was kept by the application", () => {
  const since = { epoch: "x7", offset: 30 };

  it("is where the stream begins", async () => {
    const [scene, dogs] = await at_40("dogs", { since, rewind: 5 });
    const [asked] = scene.server.all("subscribe");
    expect(asked?.since).toEqual(since);
    expect(asked?.rewind).toBeUndefined();
    expect(dogs.position?.epoch).toBe("x7");
  });

  it("that the server cannot resume is a gap", async () => {
    const scene = new Scene();
    scene.river.subscribe("dogs", { since });
    await scene.connects();
    scene.server.subscribes("dogs", { offset: 40, recovered: false });
    expect(scene.gaps).toMatchObject([{ previous: since }]);
  });
});

describe("events from before the subscription", () => {
  it.each<[string, object, number[]]>([
    ["dogs", { rewind: 2 }, [39, 40]],
    ["private-cache-dogs", {}, [40]],
    ["dogs-cached-by-configuration", {}, [40]],
  ])("come first in %s %o", async (name, options, offsets) => {
    const [scene, channel] = await rewound(name, options, offsets[0]! - 1);
    const list = heard(channel);
    for (const offset of [...offsets, 41]) scene.server.publishes(name, offset);
    expect(list).toEqual([...offsets, 41]);
  });

  it.each([
    ["dogs", { rewind: 2 }, 38],
    ["cache-dogs", {}, 39],
    ["dogs-cached-by-configuration", {}, 39],
    ["dogs", { rewind: 100 }, 0],
  ])("are asked for again if the connection broke before they came: %s %o", async (...row) => {
    const [name, options, offset] = row;
    const [scene] = await rewound(name, options, offset);
    await reconnects(scene);
    expect(scene.server.all("subscribe")).toMatchObject([{ since: { offset } }]);
  });

  it("are asked for from the last that came", async () => {
    const [scene] = await rewound("dogs", { rewind: 5 }, 35);
    scene.server.publishes("dogs", 36);
    scene.server.publishes("dogs", 37);
    await reconnects(scene);
    expect(scene.server.all("subscribe")).toMatchObject([{ since: { offset: 37 } }]);
  });

  it("do not count as come because a later connection brought something", async () => {
    const [scene] = await rewound("dogs", { rewind: 5 }, 35);
    await reconnects(scene);
    scene.server.says({ type: "ping" });
    await reconnects(scene);
    expect(scene.server.all("subscribe")).toMatchObject([{ since: { offset: 35 } }]);
  });

  // Cut right after the answer, it asked for what had never been, and was told of a gap.
  it.each([
    ["dogs", { rewind: 2 }],
    ["cache-dogs", {}],
  ])("are not asked for if there are none: %s %o", async (name, options) => {
    const [scene] = await at_40(name, options);
    await reconnects(scene);
    expect(scene.server.all("subscribe")).toMatchObject([{ since: { offset: 40 } }]);
  });
});

describe("a stream that the server begins anew by itself", () => {
  it("is a gap", async () => {
    const [scene, dogs] = await at_40();
    const list = heard(dogs);
    scene.server.says({ type: "subscribed", channel: "dogs", epoch: "y1", offset: 5 });
    scene.server.publishes("dogs", 6);
    expect(scene.gaps).toMatchObject([{ position: { epoch: "y1", offset: 5 } }]);
    expect(list).toEqual([6]);
  });
});

describe("a refusal", () => {
  const forbidden = { code: 4403, reason: "forbidden", message: "no grant", retry: false };

  async function refused(answer: object): Promise<[Scene, any[]]> {
    const scene = new Scene();
    const errors: any[] = [];
    scene.river.subscribe("private-dogs").bind("river:error", (error) => errors.push(error));
    await scene.connects();
    scene.server.says({ type: "error", ...scene.server.asked("subscribe"), ...answer });
    return [scene, errors];
  }

  it("is told to the channel, and not asked for again", async () => {
    const [scene, errors] = await refused(forbidden);
    expect(errors).toMatchObject([{ name: "RiverError", ...forbidden }]);
    await scene.clock.advance(60_000);
    await reconnects(scene);
    expect(scene.server.all("subscribe")).toEqual([]);
  });

  it("is tried again when the application subscribes again", async () => {
    const [scene] = await refused(forbidden);
    scene.river.subscribe("private-dogs");
    expect(scene.server.all("subscribe")).toHaveLength(2);
  });

  it("for now is asked for again after a while", async () => {
    const [scene] = await refused({ ...forbidden, code: 4503, retry: true });
    expect(scene.server.all("subscribe")).toHaveLength(1);
    await scene.clock.advance(1000);
    expect(scene.server.all("subscribe")).toHaveLength(2);
  });

  it("of a running subscription ends it", async () => {
    const [scene, dogs] = await at_40();
    const errors = vi.fn();
    dogs.bind("river:error", errors);
    scene.server.says({ type: "unsubscribed", channel: "dogs", reason: "forbidden" });
    scene.server.publishes("dogs", 41);
    expect(errors.mock.calls[0]?.[0]).toMatchObject({ reason: "forbidden" });
    expect(dogs.is_subscribed).toBe(false);
    expect(dogs.position?.offset).toBe(40);
  });
});

describe("presence", () => {
  const ada = { id: "ada", info: { name: "Ada" } };
  const bob = { id: "bob" };

  async function room(): Promise<[Scene, Channel, string[]]> {
    const scene = new Scene();
    const channel = scene.river.subscribe("presence-room");
    const moves: string[] = [];
    channel.bind("river:member_joined", ({ id }) => moves.push(`+${id}`));
    channel.bind("river:member_left", ({ id }) => moves.push(`-${id}`));
    await scene.connects();
    scene.server.subscribes("presence-room", { members: [ada], member_count: 1 });
    return [scene, channel, moves];
  }

  function ids(channel: Channel): string[] {
    return [...channel.members].map(({ id }) => id);
  }

  function changes(scene: Scene, joined: object[], left: string[], member_count: number): void {
    const channel = "presence-room";
    scene.server.says({ type: "presence", channel, joined, left, member_count } as never);
  }

  it("is known from the start, without anybody joining", async () => {
    const [, channel, moves] = await room();
    expect(ids(channel)).toEqual(["ada"]);
    expect(channel.members.get("ada")).toEqual(ada);
    expect(channel.members.count).toBe(1);
    expect(moves).toEqual([]);
  });

  it("follows joins and leaves", async () => {
    const [scene, channel, moves] = await room();
    changes(scene, [bob], [], 2);
    changes(scene, [], ["ada"], 1);
    expect(ids(channel)).toEqual(["bob"]);
    expect(channel.members.count).toBe(1);
    expect(moves).toEqual(["+bob", "-ada"]);
  });

  it("does not mind hearing the same twice", async () => {
    const [scene, channel, moves] = await room();
    changes(scene, [ada, bob], ["nobody"], 2);
    changes(scene, [bob], [], 2);
    expect(ids(channel)).toEqual(["ada", "bob"]);
    expect(moves).toEqual(["+bob"]);
  });

  it("shows the info that came last, without anybody joining", async () => {
    const [scene, channel, moves] = await room();
    const renamed = { id: "ada", info: { name: "Countess" } };
    changes(scene, [renamed], [], 1);
    expect(channel.members.get("ada")).toEqual(renamed);
    expect(moves).toEqual([]);
  });

  it("tells after a lost connection who came and went meanwhile", async () => {
    const [scene, channel, moves] = await room();
    await reconnects(scene);
    const now = { members: [bob], member_count: 1, recovered: true };
    scene.server.subscribes("presence-room", now);
    expect(ids(channel)).toEqual(["bob"]);
    expect(moves).toEqual(["+bob", "-ada"]);
  });

  it("takes nobody for gone who is missing from a list that was cut short", async () => {
    const [scene, channel, moves] = await room();
    await reconnects(scene);
    const now = { members: [bob], member_count: 5000, recovered: true };
    scene.server.subscribes("presence-room", now);
    expect(channel.members.count).toBe(5000);
    expect(moves).toEqual([]);
  });
});

it("a user's own events arrive without a channel", async () => {
  const scene = new Scene();
  const messages = vi.fn();
  scene.river.user.bind("message", messages);
  await scene.connects();
  scene.server.says({ type: "event", event: "message", data: "hello" });
  expect(messages.mock.calls[0]?.[0]).toBe("hello");
});

it("an error that belongs to no request is told by the connection", async () => {
  const scene = new Scene();
  await scene.connects();
  const error = { code: 4429, reason: "too_fast", message: "slow down", retry: true };
  scene.server.says({ type: "error", ...error });
  await settle();
  expect(scene.errors).toMatchObject([error]);
});
