// Who is here: the reader in front of this page, and the others.

const TINTS = 6;
const READERS_SHOWN_MAX = 50;
const by_id = (id) => document.getElementById(id);

/** A letter on a tint that stays the same for a name. */
export function show_avatar(avatar, name) {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  avatar.textContent = [...name][0].toUpperCase();
  avatar.classList.add(`tint-${sum % TINTS}`);
}

/** `name` is null as long as none was picked: then there is a form for it, and none to write. */
export function show_reader(name) {
  by_id("my-name").textContent = name ?? "";
  by_id("me").hidden = !name;
  by_id("readers-note").hidden = Boolean(name);
  by_id("name-form").hidden = Boolean(name);
  by_id("post-form").hidden = !name;
  document.body.classList.toggle("reader", Boolean(name));
}

function reader_row(name) {
  const row = document.createElement("li");
  row.dataset.testid = "reader";
  const avatar = document.createElement("span");
  avatar.className = "avatar";
  avatar.ariaHidden = "true";
  show_avatar(avatar, name);
  const label = document.createElement("span");
  label.className = "reader-name";
  label.textContent = name;
  row.append(avatar, label);
  return row;
}

export function show_readers(members) {
  const names = [...members]
    .map((member) => member.info?.name ?? member.id)
    .sort((one, other) => one.localeCompare(other));
  by_id("readers").replaceChildren(...names.slice(0, READERS_SHOWN_MAX).map(reader_row));
  by_id("reader-count").textContent = members.count;
}
