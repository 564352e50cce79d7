import { Emitter } from "./emitter.js";

/** The user whom the token names. Events that are sent to a user, not a channel, arrive here. */
export class User extends Emitter {
  /** @internal */
  constructor(private readonly source_: { readonly user: string | undefined }) {
    super();
  }

  /** Known once connected; none if the token is anonymous. */
  get id(): string | undefined {
    return this.source_.user;
  }
}
