// What is open stands in the page's address; this only keeps the place on the page, which a new page would lose.
const PLACES = [".sambok-tall", "article"];

async function turn(section, link) {
  const asked = new URL(link.href);
  asked.searchParams.set("partial", "true");
  const answer = await fetch(asked);
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("section.sambok");
  if (!answer.ok || !made) {
    window.location.assign(link.href);
    return;
  }
  const stood = PLACES.map((place) => document.querySelector(place)).map((e) => [e?.scrollLeft, e?.scrollTop]);
  window.history.replaceState(null, "", link.href);
  section.replaceWith(made);
  PLACES.forEach((place, at) => document.querySelector(place)?.scrollTo(...stood[at]));
  document.getElementById(link.id)?.focus({ preventScroll: true });
  listen(made);
}

function listen(section) {
  section.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-fold]");
    if (!link || event.button || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turn(section, link);
  });
}

export default {
  onExtensionPageLoad() {
    const section = document.querySelector("article > section.sambok");
    if (section) listen(section);
  },
};
