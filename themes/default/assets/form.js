// Fields that depend on an answer come and go at once. Without script they do when the page is sent: the server judges either way.
const form = document.getElementById("form");
const fields = (root) => [...root.querySelectorAll("[data-field]")];
let latest = 0;

async function refresh() {
  const turn = ++latest;
  const body = new URLSearchParams(new FormData(form));
  body.set("go", "refresh");
  const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("form");
  if (turn !== latest || !response.ok || !page) {
    return;
  }

  const wanted = fields(page);
  const names = wanted.map((field) => field.dataset.field);
  for (const field of fields(form).filter((field) => !names.includes(field.dataset.field))) {
    field.remove();
  }

  let before = null;
  for (const field of wanted) {
    let here = fields(form).find((other) => other.dataset.field === field.dataset.field);
    if (!here) {
      here = document.importNode(field, true);
      if (before) {
        before.after(here);
      } else {
        form.insertBefore(here, fields(form)[0] ?? form.querySelector("button"));
      }
    }

    before = here;
  }

  form.elements.answers.value = page.elements.namedItem("answers").value;
}

form?.addEventListener("change", (event) => {
  if (event.target.closest("[data-decides]")) {
    refresh().catch(() => {});
  }
});
