// Sorting by a column's heading, and the filter of examples; without it the page reads the same.
(() => {
  const value = cell => {
    const text = cell.textContent.trim();
    const number = parseFloat(text.replace(/^[<+]/, ""));
    return Number.isNaN(number) ? text : number;
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    table.querySelectorAll("thead th").forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const descending = heading.getAttribute("aria-sort") === "ascending";
        table.querySelectorAll("th[aria-sort]").forEach(other => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((left, right) => {
          const a = value(left.cells[column]), b = value(right.cells[column]);
          const order = typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
          return descending ? -order : order;
        });
        table.tBodies[0].append(...rows);
      });
    });
  }
  const filter = document.querySelector("#example-filter");
  if (filter) {
    filter.hidden = false;
    const apply = () => {
      for (const example of document.querySelectorAll("article.example")) {
        example.hidden = [...filter.querySelectorAll("select")].some(choice => choice.value && example.dataset[choice.name] !== choice.value);
      }
    };
    filter.addEventListener("change", apply);
  }
})();
