// Sorting by a column's heading, the cap of long tables, and the filters of examples; without it the page reads the same.
(() => {
  const most = 40;
  const value = cell => {
    const text = cell.textContent.trim();
    const number = parseFloat(text.replace(/^[<+]/, "").replace("−", "-"));
    return Number.isNaN(number) ? text : number;
  };
  const order = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    let isCapped = body.rows.length > most + 5;
    const cap = () => [...body.rows].forEach((row, index) => { row.hidden = isCapped && index >= most; });
    if (isCapped) {
      const more = document.createElement("button");
      more.type = "button";
      more.className = "more";
      more.textContent = `Show all ${body.rows.length} rows`;
      more.addEventListener("click", () => { isCapped = false; cap(); more.remove(); });
      table.parentElement.after(more);
      cap();
    }
    table.querySelectorAll("thead th").forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const sign = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        table.querySelectorAll("th[aria-sort]").forEach(other => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        body.append(...[...body.rows].sort((left, right) => sign * order(value(left.cells[column]), value(right.cells[column]))));
        cap();
      });
    });
  }
  const filter = document.querySelector("#example-filter");
  if (filter) {
    const examples = [...document.querySelectorAll("article.example")];
    const more = document.createElement("button");
    more.type = "button";
    more.textContent = "Show all";
    let shown = 12;
    const apply = () => {
      const found = examples.filter(example => [...filter.querySelectorAll("select")].every(choice => !choice.value || example.dataset[choice.name] === choice.value));
      examples.forEach(example => { example.hidden = !found.slice(0, shown).includes(example); });
      filter.querySelector("output").textContent = `${Math.min(shown, found.length)} of ${found.length} examples`;
      more.hidden = found.length <= shown;
    };
    more.addEventListener("click", () => { shown = examples.length; apply(); });
    document.querySelector(".examples").after(more);
    filter.hidden = false;
    filter.addEventListener("change", apply);
    apply();
  }
})();
