// Copies and prints what the page shows; without scripts the buttons stay away.
for (const button of document.querySelectorAll("[data-copy], [data-print]")) {
  if (button.hasAttribute("data-print")) {
    button.addEventListener("click", () => window.print());
  } else if (navigator.clipboard) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
    });
  } else {
    continue;
  }
  button.hidden = false;
}
