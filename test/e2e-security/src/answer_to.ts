import type { RiverProcess } from "../../e2e/src/river_process.ts";
import { user } from "../../e2e/src/tokens.ts";
import { opcode } from "./frames.ts";
import { RawWebSocket } from "./websocket.ts";

/** Who may do everything, everywhere. */
export const everything = user("u", { "*": ["subscribe", "publish", "history", "presence"] });

/** The close code, or the reason of the error after which the client still gets answers. */
export async function answer_to(river: RiverProcess, text: string): Promise<number | string> {
  const client = await RawWebSocket.log_in(river, everything);
  client.send(text);
  client.send({ type: "ping" });
  for (;;) {
    const one = await client.raw.frame();
    if (one.opcode === opcode.close) return one.payload.readUInt16BE(0);
    const message = JSON.parse(one.payload.toString());
    if (message.type === "error") {
      await client.message((next) => next.type === "pong");
      return message.reason;
    }
    if (message.type === "pong") return "no answer";
  }
}
