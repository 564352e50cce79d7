// Beyond the table: many clients that come, ask and go in random order, by a seed that is told when
// it fails (run it again with CHAOS_SEED). Afterwards nothing of them may be left, in any count.
import { describe, expect, test } from "vitest";
import { eventually } from "../../e2e/src/deadline.ts";
import { user } from "../../e2e/src/tokens.ts";
import { use_river } from "../../e2e/src/use_river.ts";
import { close_frame, frame } from "../src/frames.ts";
import { call, descriptors_of, expect_rest, expect_service } from "../src/health.ts";
import { RawConnection } from "../src/raw_connection.ts";
import { RawWebSocket, upgrade_request } from "../src/websocket.ts";

const river = use_river({
  workers: 2,
  args: [
    "--limits-channels-max",
    "40",
    "--history-bytes-max",
    "200000",
    "--presence-window",
    "20ms",
  ],
});

/** Numbers below `bound`, always the same for a seed (xorshift32). */
function random_from(seed: number): (bound: number) => number {
  let state = seed | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

class Chaos {
  private clients_: RawConnection[] = [];

  constructor(private readonly random_: (bound: number) => number) {}

  async run(steps: number): Promise<void> {
    for (let i = 0; i < steps; ++i) await this.step_();
    for (const raw of this.clients_) raw.socket.destroy();
  }

  private async step_(): Promise<void> {
    const step = this.random_(20);
    if (this.clients_.length < 3 || step < 4) return this.come_();
    if (step === 4) return this.publish_();
    if (step === 5 && this.random_(4) === 0) return this.disconnect_user_();
    const at = this.random_(this.clients_.length);
    const raw = this.clients_[at]!;
    if (step < 15) {
      raw.send(this.command_());
      return;
    }
    if (step === 15) raw.socket.pause();
    if (step === 16) raw.socket.resume();
    if (step < 17) return;
    this.clients_.splice(at, 1);
    this.go_(raw);
  }

  private async come_(): Promise<void> {
    const token = river.token(
      user(`u${this.random_(4)}`, { "*": ["subscribe", "publish", "history", "presence"] }),
    );
    const raw = await RawConnection.open({ port: river.port });
    this.clients_.push(raw);
    if (this.random_(5) === 0) {
      const channels = `channel=${this.channel_()}&channel=presence-s${this.random_(9)}`;
      raw.send(`GET /v1/events?${channels}&token=${token} HTTP/1.1\r\nHost: x\r\n\r\n`);
      return;
    }
    const first = frame(JSON.stringify({ type: "auth", token }));
    raw.send(Buffer.concat([Buffer.from(upgrade_request()), first, this.command_()]));
  }

  private command_(): Buffer {
    const channel = this.channel_();
    const commands = [
      { type: "subscribe", channel },
      { type: "subscribe", channel, rewind: 1 + this.random_(50) },
      { type: "subscribe", channel, since: { epoch: "1", offset: this.random_(5) } },
      { type: "unsubscribe", channel },
      { type: "publish", channel, event: "e", data: "d".repeat(this.random_(3_000)) },
      { type: "history", channel },
      { type: "presence", channel },
    ];
    return frame(JSON.stringify(commands[this.random_(commands.length)]));
  }

  private channel_(): string {
    const kind = ["", "private-", "presence-", "cache-", "presence-cache-"][this.random_(5)];
    return `${kind}${this.random_(12)}`;
  }

  private async publish_(): Promise<void> {
    const body = { channel: this.channel_(), event: "e", data: "d".repeat(this.random_(60_000)) };
    const { status } = await call(river, "POST", "/v1/publish", body);
    expect([200, 503]).toContain(status); // 503: all names are in use
  }

  private async disconnect_user_(): Promise<void> {
    const path = `/v1/users/u${this.random_(4)}/disconnect`;
    expect((await call(river, "POST", path, {})).status).toBe(204);
  }

  private go_(raw: RawConnection): void {
    const how = this.random_(5);
    if (how === 0) raw.reset();
    else if (how === 1) raw.finish();
    else if (how === 2) raw.send(close_frame(1000));
    else if (how === 3) raw.send(frame("", { rsv: 2 }));
    else raw.socket.destroy();
    // What it may still say is nobody's business; in the end its own side goes, too.
    setTimeout(() => raw.socket.destroy(), 200);
  }
}

const given = process.env.CHAOS_SEED;
const seeds = given
  ? [Number(given)]
  : Array.from({ length: 4 }, () => 1 + Math.trunc(Math.random() * 1_000_000));

describe("random lives", () => {
  test.each(seeds)("seed %i", async (seed) => {
    await expect_service(river);
    await expect_rest(river);
    const descriptors = descriptors_of(river);
    await new Chaos(random_from(seed)).run(2_000);
    await expect_rest(river);
    await eventually(async () => {
      for (let i = 0; i < 12; ++i) {
        for (const kind of ["presence-", "presence-cache-", "presence-s"]) {
          const answer = await call(river, "GET", `/v1/channels/${kind}${i}/members`);
          if (JSON.parse(answer.body).member_count !== 0) return false;
        }
      }
      return true;
    }, "every member to have left");
    await eventually(
      () => descriptors_of(river) <= descriptors,
      "the descriptors to be given back",
    );
    await expect_service(river);
  });
});

test("a client that watches presence sees what is, whoever came and went meanwhile", async () => {
  const claims = (name: string) => user(name, { "presence-*": ["subscribe"] });
  const watcher = await RawWebSocket.log_in(river, claims("watcher"));
  const first = await watcher.ask({ type: "subscribe", channel: "presence-w" }, "subscribed");
  const seen = new Set<string>(first.members.map((one: { id: string }) => one.id));
  const random = random_from(seeds[0]!);
  const tabs: { name: string; client: RawWebSocket }[] = [];
  const silent: RawWebSocket[] = []; // that stay, but have left the channel
  for (let i = 0; i < 300; ++i) {
    if (tabs.length < 4 || random(2) === 0) {
      const name = `u${random(5)}`;
      const client = await RawWebSocket.log_in(river, claims(name));
      client.send({ type: "subscribe", channel: "presence-w" });
      tabs.push({ name, client });
    } else {
      const [gone] = tabs.splice(random(tabs.length), 1);
      const how = random(3);
      if (how === 0) gone!.client.raw.reset();
      else if (how === 1) gone!.client.raw.socket.destroy();
      else gone!.client.send({ type: "unsubscribe", channel: "presence-w" });
      silent.push(gone!.client);
    }
  }
  const present = new Set(["watcher", ...tabs.map((tab) => tab.name)]);
  let count = -1;
  const wanted = [...present].sort().join();
  while (count !== present.size || [...seen].sort().join() !== wanted) {
    const change = await watcher.message((one) => one.type === "presence");
    for (const member of change.joined) seen.add(member.id);
    for (const id of change.left) seen.delete(id);
    count = change.member_count;
  }
  for (const client of [...silent, ...tabs.map((tab) => tab.client)]) client.raw.socket.destroy();
  watcher.raw.socket.destroy();
  await expect_rest(river);
});
