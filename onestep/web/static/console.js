// Keeps an open page of the console up to date: when the service says that something has changed,
// the page is asked for again, and what is marked data-fresh is put in place of what stood there.
// What somebody is writing stands outside of that and is left alone.

const live = document.querySelector("[data-live]");
let asked = 0;

async function refresh() {
  const mine = ++asked;
  const answer = await fetch(location.href, { headers: { "X-Live": "yes" }, redirect: "manual" });
  if (!answer.ok || mine !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh || fresh.innerHTML === old.innerHTML) continue;
    const atTheEnd = old.scrollHeight - old.scrollTop - old.clientHeight < 80;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceChildren(...fresh.childNodes);
    if (focused) document.getElementById(focused)?.focus();
    if (atTheEnd) old.scrollTop = old.scrollHeight;
  }
  live.dataset.version = page.querySelector("[data-live]")?.dataset.version ?? "";
}

function toTheEnd() {
  for (const box of document.querySelectorAll(".scroll")) box.scrollTop = box.scrollHeight;
}

if (live) {
  const source = new EventSource(live.dataset.live);
  source.onmessage = (event) => { if (event.data !== live.dataset.version) refresh(); };
  source.addEventListener("over", () => { source.close(); location.reload(); });
}
toTheEnd();
