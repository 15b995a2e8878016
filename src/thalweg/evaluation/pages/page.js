(() => {
  "use strict";
  const root = document.documentElement;
  const plots = [...document.querySelectorAll(".plot")];

  // Colours in a figure are names of the style sheet's variables, so that one figure serves light and dark.
  const probe = document.body.appendChild(document.createElement("i"));
  probe.hidden = true;
  const colour = (name) => {
    probe.style.color = name;
    return getComputedStyle(probe).color;
  };
  const coloured = (value) => {
    if (typeof value === "string") return value.startsWith("var(--") ? colour(value) : value;
    if (Array.isArray(value)) return value.map(coloured);
    if (!value || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, coloured(each)]));
  };

  const axis = (own = {}) => ({
    gridcolor: "var(--line)", linecolor: "var(--line)", zerolinecolor: "var(--line)", automargin: true, fixedrange: true,
    ...own, title: { font: { size: 12 }, standoff: 8, ...(own.title || {}) },
  });

  const layout = (own) => ({
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", margin: { l: 48, r: 16, t: 12, b: 44 },
    font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: "var(--soft)" },
    hoverlabel: { bgcolor: "var(--panel)", bordercolor: "var(--line)", font: { color: "var(--ink)" } },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", bgcolor: "rgba(0,0,0,0)" },
    ...own, xaxis: axis(own.xaxis), yaxis: axis(own.yaxis),
  });

  const draw = (plot) => {
    if (!window.Plotly) {
      plot.classList.add("lost");
      plot.textContent = "The chart needs the file plotly.min.js beside this page.";
      return;
    }
    const figure = JSON.parse(plot.parentElement.querySelector("script").textContent);
    plot.dataset.drawn = "yes";
    window.Plotly.react(plot, coloured(figure.data), coloured(layout(figure.layout)), {
      displayModeBar: false, responsive: true,
    });
  };

  const redraw = () => plots.filter((plot) => plot.dataset.drawn).forEach(draw);

  const near = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (entry.isIntersecting && !entry.target.dataset.drawn) draw(entry.target);
  }), { rootMargin: "600px" });
  plots.forEach((plot) => near.observe(plot));
  addEventListener("beforeprint", () => plots.filter((plot) => !plot.dataset.drawn).forEach(draw));

  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", redraw);
  document.getElementById("theme").addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    redraw();
  });

  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const reading = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (!entry.isIntersecting) return;
    links.forEach((link, anchor) => link.classList.toggle("here", anchor === entry.target.id));
  }), { rootMargin: "-15% 0px -75% 0px" });
  document.querySelectorAll("main section").forEach((section) => reading.observe(section));
})();
