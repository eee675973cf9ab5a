// The demo's phones: each shows one person's messages and sends what is typed or pressed.
// Nothing is kept here but who each phone is; a reload asks the service again.

const clock = document.getElementById("now");
const recordPane = document.querySelector(".record");
let shownPhone = null;

async function post(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

class Phone {
  constructor(element) {
    this.element = element;
    this.key = `phone-${element.dataset.phone}`;
    this.select = element.querySelector("select");
    this.lines = element.querySelector(".lines");
    this.typing = element.querySelector(".typing");
    this.form = element.querySelector("form");
    this.text = element.querySelector("textarea");
    this.beside = element.querySelector(".beside");
    this.answering = element.querySelector(".answering");
    this.answering.querySelector("button").addEventListener("click", () => this.answer(null));
    this.select.addEventListener("change", () => this.pick(this.select.value));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.say(); });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.say(); }
    });
    element.addEventListener("focusin", () => this.showRecord());
    element.querySelector("[data-act]").addEventListener("click", () => this.act({ act: "check_in_due" }));
  }

  start() {
    const kept = localStorage.getItem(this.key);
    const known = [...this.select.options].some((option) => option.value === kept);
    // The second phone is the coach's, so that one person can play both.
    const options = [...this.select.options].map((option) => option.value);
    const coach = options.find((value) => value.startsWith("coach-"));
    this.pick(known ? kept : this.element.dataset.phone === "2" && coach ? coach : options[0]);
  }

  async pick(value) {
    if (value.startsWith("new-")) value = await this.join(value.slice(4));
    this.id = value;
    this.coach = value.startsWith("coach-");
    this.path = this.coach ? `/demo/coaches/${value.slice(6)}` : `/demo/clients/${value}`;
    this.select.value = value;
    this.beside.hidden = this.coach;
    this.answer(null);
    localStorage.setItem(this.key, value);
    this.listen();
    this.showRecord();
  }

  // On a coach's phone a reply names the message it answers: by that it finds its client.
  answer(line) {
    this.replied = line;
    this.answering.hidden = line === null;
    this.answering.querySelector("span").textContent = line === null ? "" : `Replying to: ${line.text}`;
    if (line !== null) this.text.focus();
  }

  async join(channel) {
    const answer = await post("/demo/clients", { called: "Friend", channel });
    const { id } = await answer.json();
    for (const phone of phones) {
      const option = new Option(`Friend: someone new (${channel === "sms" ? "texts" : "chat"})`, id);
      phone.select.insertBefore(option, phone.select.querySelector('[value="new-telegram"]'));
    }
    return id;
  }

  listen() {
    this.source?.close();
    this.source = new EventSource(`${this.path}/changes`);
    this.source.onmessage = () => this.refresh();
  }

  async refresh() {
    const id = this.id;
    const asked = this.asked = (this.asked ?? 0) + 1;
    const answer = await fetch(`${this.path}/lines`);
    if (!answer.ok || id !== this.id) return;
    const { lines, typing } = await answer.json();
    if (asked < (this.drawn ?? 0)) return; // a later answer overtook this one
    this.drawn = asked;
    this.draw(lines);
    this.typing.hidden = !typing;
    if (shownPhone) await refreshRecord(shownPhone.id);
  }

  draw(lines) {
    const last = lines.at(-1);
    const drawn = lines.flatMap((line) => {
      const item = bubble(line);
      if (this.coach && !line.mine) item.append(this.replyButton(line));
      // On texts the choices are numbered in the words; a chat shows them as buttons. A coach may
      // take an alert after others have come in.
      const open = !line.mine && line.prompt && line.choices.length && (this.coach || line === last);
      return open && !/^1 /m.test(line.text) ? [item, this.buttons(line)] : [item];
    });
    this.lines.replaceChildren(...drawn);
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  replyButton(line) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "reply";
    button.textContent = "Reply";
    button.addEventListener("click", () => this.answer(line));
    return button;
  }

  buttons(line) {
    const row = document.createElement("li");
    row.className = "choices";
    for (const choice of line.choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = choice.label;
      button.addEventListener("click", async () => {
        for (const other of row.children) other.disabled = true;
        await this.send("press", { prompt: line.prompt, key: choice.key });
      });
      row.append(button);
    }
    return row;
  }

  async say() {
    const text = this.text.value;
    if (!text) return;
    const replied = this.replied;
    this.text.value = "";
    this.answer(null);
    if (await this.send("say", replied ? { text, replies_to: replied.replied_by } : { text })) return;
    this.text.value = text;
    this.answer(replied);
  }

  async send(path, body) {
    try {
      await post(`${this.path}/${path}`, body);
      await this.refresh();
      return true;
    } catch {
      const failed = document.createElement("li");
      failed.className = "failed";
      failed.textContent = "That did not go through. Try again.";
      this.lines.append(failed);
      return false;
    }
  }

  async act(body) {
    await post(`${this.path}/act`, body).catch(() => {});
    await this.refresh();
  }

  showRecord() {
    if (this.coach) return; // the record beside is a client's, and stays who it was
    shownPhone = this;
    return refreshRecord(this.id);
  }
}

function bubble(line) {
  const item = document.createElement("li");
  item.className = line.mine ? "mine" : "theirs";
  item.textContent = line.text;
  return item;
}

async function refreshRecord(id) {
  const writing = recordPane.querySelector("form textarea");
  const answer = await fetch(`/demo/clients/${id}/record`);
  if (!answer.ok) return;
  const draft = writing?.value ?? "";
  const open = recordPane.querySelector("details")?.open;
  const focused = writing !== null && document.activeElement === writing;
  const top = recordPane.scrollTop;
  recordPane.innerHTML = await answer.text();
  recordPane.scrollTop = top;
  const details = recordPane.querySelector("details");
  if (open && details) details.open = true;
  const field = recordPane.querySelector("form textarea");
  if (field) { field.value = draft; if (focused) field.focus(); }
}

recordPane.addEventListener("click", async (event) => {
  const act = event.target.dataset?.act;
  if (act && shownPhone) await shownPhone.act({ act, incident: event.target.dataset.incident ?? "" });
});
recordPane.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = event.target.querySelector("textarea");
  const text = field.value.trim();
  if (!text || !shownPhone) return;
  field.value = "";
  await shownPhone.act({ act: "say", text });
});

for (const button of document.querySelectorAll("[data-move]")) {
  button.addEventListener("click", async () => {
    const answer = await post("/demo/clock", { move: button.dataset.move });
    showNow((await answer.json()).now);
  });
}
function showNow(now) {
  clock.textContent = new Date(now).toLocaleString("en-GB", { timeZone: "Europe/London", weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

showNow(clock.dataset.now);

const phones = [...document.querySelectorAll(".phone")].map((element) => new Phone(element));
const second = document.getElementById("second");
second.checked = localStorage.getItem("second") === "yes";
function showSecond() {
  phones[1].element.hidden = !second.checked;
  localStorage.setItem("second", second.checked ? "yes" : "no");
  if (second.checked) phones[1].start();
}
second.addEventListener("change", showSecond);
phones[0].start();
if (second.checked) showSecond();
