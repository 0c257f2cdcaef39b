// The banner stands outside the part of the page that Fava draws anew, so it is asked for again with each page.
async function banner() {
  const ledger = window.location.pathname.split("/")[1];
  const answer = await fetch(`/${ledger}/sambok/banner`);
  if (!answer.ok) return;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".sambok-banner");
  const old = document.querySelector("body > .sambok-banner");
  if (old && made) old.replaceWith(made);
  else if (old) old.remove();
  else if (made) document.querySelector("article").before(made);
}

// Whoever comes back from a voucher stands at the figure again that was opened: the way on with the keyboard is short.
const here = () => `sambok:${window.location.pathname}${window.location.search}`;
let back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";

function stand() {
  const opened = back && window.sessionStorage.getItem(here());
  back = false;
  if (!opened) return;
  const links = document.querySelectorAll("section.sambok a[href]");
  [...links].find((link) => link.getAttribute("href") === opened)?.focus();
}

export default {
  init() {
    window.addEventListener("popstate", () => {
      back = true;
    });
    document.addEventListener(
      "click",
      (event) => {
        const link = event.target.closest?.("section.sambok a[href]");
        if (link) window.sessionStorage.setItem(here(), link.getAttribute("href"));
      },
      true,
    );
  },
  async onPageLoad() {
    stand();
    await banner();
  },
};
