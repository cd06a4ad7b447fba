// The message field: one draft for each conversation, the characters that are left, "is typing".

const kTypingEveryMs = 3000;
const kTellFrom = 100;  // so many characters left are told
const kMostHeight = 160;

const byId = (id) => document.getElementById(id);
const keyOf = ({kind, id}) => `chat.draft.${kind}.${id}`;

export class Composer {
  // drafts: get(key), set(key, text).
  constructor(client, drafts) {
    this.client = client;
    this.drafts = drafts;
    this.conversation = null;
    this.lastTyping = 0;
    this.field = byId("text");
    this.field.oninput = () => { this.#fit(); this.#tellTyping(); };
    this.field.onkeydown = (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      byId("compose").requestSubmit();
    };
    byId("compose").onsubmit = (event) => {
      event.preventDefault();
      this.#submit();
    };
  }

  show(conversation) {
    this.keep();
    this.conversation = conversation;
    this.field.value = this.drafts.get(keyOf(conversation)) ?? "";
    this.lastTyping = 0;
    this.#fit();
  }

  // For the next visit, also after a reload.
  keep() {
    if (this.conversation) this.drafts.set(keyOf(this.conversation), this.field.value);
  }

  focus() {
    this.field.focus();
  }

  get #text() {
    return this.field.value.trim();
  }

  get #charactersLeft() {
    return (this.client.limits?.text ?? 2000) - [...this.#text].length;
  }

  #submit() {
    if (!this.#text || !this.conversation || this.#charactersLeft < 0) return;
    this.client.say(this.conversation, this.#text);
    this.field.value = "";
    this.keep();
    this.lastTyping = 0;
    this.#fit();
  }

  #tellTyping() {
    if (this.conversation?.kind !== "room") return;
    const writes = this.#text !== "";
    if (writes && Date.now() - this.lastTyping > kTypingEveryMs) {
      this.lastTyping = Date.now();
      this.client.typing(this.conversation, true);
    } else if (!writes && this.lastTyping) {
      this.lastTyping = 0;
      this.client.typing(this.conversation, false);
    }
  }

  #fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight + 2, kMostHeight)}px`;
    const left = this.#charactersLeft;
    byId("left").textContent = left < 0 ? `${-left} characters too many`
        : left <= kTellFrom ? `${left} characters left` : "";
    byId("left").classList.toggle("error", left < 0);
  }
}
