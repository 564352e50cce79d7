import type { Member, PresenceMessage, SubscribedMessage } from "./messages.js";

/** Who came and who went, as far as it was news. */
export interface MemberChanges {
  joined: Member[];
  left: Member[];
}

/**
 * Who is in a presence channel now; empty for other channels.
 * The server lists the first 1,000 only; `count` counts all.
 */
export class Members implements Iterable<Member> {
  private readonly members_ = new Map<string, Member>();
  private count_ = 0;

  /** How many users are in the channel. */
  get count(): number {
    return this.count_;
  }

  get(id: string): Member | undefined {
    return this.members_.get(id);
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.members_.values();
  }

  /** @internal The channel's members as a new stream begins. */
  begin(message: SubscribedMessage): MemberChanges {
    const listed = new Map((message.members ?? []).map((member) => [member.id, member]));
    const absent = [...this.members_.keys()].filter((id) => !listed.has(id));
    const changes = this.apply_([...listed.values()], absent);
    this.count_ = message.member_count ?? listed.size;
    // Lists that were cut short differ without anybody having come or gone.
    return this.count_ > listed.size ? { joined: [], left: [] } : changes;
  }

  /** @internal Notices may tell what is known already. */
  change(message: PresenceMessage): MemberChanges {
    const changes = this.apply_(message.joined ?? [], message.left ?? []);
    this.count_ = message.member_count ?? this.members_.size;
    return changes;
  }

  private apply_(joined: Member[], left: string[]): MemberChanges {
    const changes: MemberChanges = { joined: [], left: [] };
    for (const member of joined) {
      if (!this.members_.has(member.id)) changes.joined.push(member);
      this.members_.set(member.id, member);
    }
    for (const id of left) {
      const member = this.members_.get(id);
      if (this.members_.delete(id) && member) changes.left.push(member);
    }
    return changes;
  }
}
