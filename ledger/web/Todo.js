// The banner stands outside the part of the page that Fava draws anew, so it is asked for again with each page.
export default {
  async onPageLoad() {
    const ledger = window.location.pathname.split("/")[1];
    const answer = await fetch(`/${ledger}/sambok/banner`);
    if (!answer.ok) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".sambok-banner");
    const old = document.querySelector("body > .sambok-banner");
    if (old && made) old.replaceWith(made);
    else if (old) old.remove();
    else if (made) document.querySelector("article").before(made);
  },
};
