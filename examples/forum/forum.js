const POSTS_MAX = 200; // of a channel; the oldest go first
const REPLIES_MAX = 200; // to a post
const TITLE_CHARACTERS_MAX = 120;
const TEXT_CHARACTERS_MAX = 4000;

export const channel_names = ["dogs", "cats"];

/** What the caller did wrong, with the HTTP status that says so. */
export class ForumError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * The posts of each channel, in memory. A post is `{id, author, title, text, at, replies}`, a reply
 * `{id, post_id, author, text, at}`. Ids grow: a page sorts by them, whatever arrives first.
 */
export class Forum {
  #posts = new Map(channel_names.map((name) => [name, new Map()]));
  // A restarted forum has forgotten its posts, and must not use their ids again.
  #next_id = Date.now();

  list(channel) {
    return [...this.#posts_of(channel).values()];
  }

  post(channel, author, { title, text }) {
    const posts = this.#posts_of(channel);
    const post = {
      id: this.#next_id++,
      author,
      title: checked(title, "title", TITLE_CHARACTERS_MAX),
      text: checked(text, "text", TEXT_CHARACTERS_MAX),
      at: new Date().toISOString(),
      replies: [],
    };
    posts.set(post.id, post);
    if (posts.size > POSTS_MAX) posts.delete(posts.keys().next().value);
    return post;
  }

  reply(channel, post_id, author, { text }) {
    const post = this.#posts_of(channel).get(Number(post_id));
    if (!post) throw new ForumError(404, "That post is gone.");
    if (post.replies.length >= REPLIES_MAX) {
      throw new ForumError(409, "This discussion is full: start a new post.");
    }
    const reply = {
      id: this.#next_id++,
      post_id: post.id,
      author,
      text: checked(text, "text", TEXT_CHARACTERS_MAX),
      at: new Date().toISOString(),
    };
    post.replies.push(reply);
    return reply;
  }

  #posts_of(channel) {
    const posts = this.#posts.get(channel);
    if (!posts) throw new ForumError(404, `There is no channel "${channel}".`);
    return posts;
  }
}

function checked(value, name, characters_max) {
  const text = typeof value === "string" ? value.trim() : "";
  if (text.length === 0 || text.length > characters_max) {
    throw new ForumError(400, `The ${name} needs 1 to ${characters_max} characters.`);
  }
  return text;
}
