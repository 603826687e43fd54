// Walks by arrow keys from a field into the list below it and back. Never leaves the two.

/** Arrow down in `field` leads to the first link in `list`; arrows in the list from link to link. */
export function walkable(field, list, selector) {
  const links = () => [...list.querySelectorAll(selector)];
  field.addEventListener("keydown", (event) => event.key === "ArrowDown" && go(event, links()[0]));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const place = step === undefined ? -1 : links().indexOf(event.target);
    if (place >= 0) go(event, links()[place + step] ?? (step < 0 ? field : null));
  });
}

function go(event, target) {
  event.preventDefault();
  target?.focus();
}
