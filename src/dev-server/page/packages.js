// The card with an agent's packages: what it has, what is offered to it, how far it is, and the choice of a version.

const words = {
  waiting: ["Offered, waiting for the agent", "busy"],
  pending: ["Waiting its turn", "busy"],
  downloading: ["Downloading", "busy"],
  installing: ["Installing", "busy"],
  installed: ["Installed", "good"],
  failed: ["Failed", "bad"],
};

/** Makes the card work; `page` is what the rest of the page lends it. */
export function packagesCard(page) {
  const { $, show, post, element } = page;
  const shown = { uid: undefined, withdraw: undefined };

  const say = (result, text) => {
    const className = result.ok ? "muted" : "failure";
    const note = text === "" ? [] : [element("p", { className }, text)];
    $("package-result").replaceChildren(...note);
  };

  const ask = async (path, body, textOf) => {
    const { uid } = shown;
    const result = await post(path, body).catch(page.unreachable);
    if (uid !== shown.uid) return;
    say(result, result.ok ? textOf(result) : result.text);
    await page.refresh();
  };

  const toThis = (body) =>
    ask(`/api/agents/${shown.uid}/packages`, body, ({ is, text }) => (is === "pushed" ? "" : text));

  const toAll = (body) =>
    ask("/api/packages", body, ({ value }) => {
      const parts = [
        [value.pushed, "sent"],
        [value.waiting, "sent when they are back"],
        [value.unchanged, "had it"],
        [value.refused, "refused, because another program is offered to them"],
      ].filter(([count]) => count > 0);
      if (parts.length === 0) return "No agent accepts packages.";
      return `All agents: ${parts.map(([count, what]) => `${count} ${what}`).join(", ")}.`;
    });

  const chosen = () => {
    const [name, version] = JSON.parse($("package-choice").value);
    return { name, version };
  };

  shown.withdraw = (name) => void toThis({ name, version: null });
  $("package-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void toThis(chosen());
  });
  $("package-all").addEventListener("click", () => void toAll(chosen()));

  return (agent, shelf) => {
    if (shown.uid !== agent.uid) $("package-result").replaceChildren();
    shown.uid = agent.uid;
    const { packages, connected } = agent;
    keepFocus($("packages"), $("package-choice"), () =>
      show("packages", { packages, connected, shelf: shelf?.items }, (value) =>
        drawPackages(page, value, shown.withdraw),
      ),
    );
    show("package-shelf", shelf ?? null, (value) => drawShelf(page, value));
    $("package-form").hidden = shelf === undefined || shelf.items.length === 0;
    keepChoice($("package-choice"), () =>
      show("package-choice", shelf?.items ?? [], (items) => drawChoices(page, items)),
    );
  };
}

/**
 * What is drawn anew while somebody is on a button of it gives the focus back to the button of the same package. Where
 * that is gone it goes to the choice below: a second Enter must not withdraw the next package.
 */
function keepFocus(box, choice, draw) {
  const name = box.contains(document.activeElement)
    ? document.activeElement.dataset.package
    : undefined;
  draw();
  if (name === undefined || box.contains(document.activeElement)) return;
  const buttons = [...box.querySelectorAll("button")];
  (buttons.find((button) => button.dataset.package === name) ?? choice).focus();
}

function keepChoice(select, draw) {
  const { value } = select;
  draw();
  if ([...select.options].some((option) => option.value === value)) select.value = value;
}

function titleOf(name) {
  return name === "" ? "Collector" : name;
}

function drawPackages(page, { packages, connected, shelf }, withdraw) {
  const { element, muted } = page;
  const { accepts, offer, errorMessage } = packages;
  const drawn = packages.packages.map((each) =>
    drawPackage(page, each, { accepts, connected, shelf, withdraw }),
  );
  const nothing =
    offer === undefined ? "Nothing is offered to this agent." : "No packages are offered any more.";
  return [
    ...(accepts
      ? []
      : [muted("This agent does not accept packages (capabilities.accepts_packages).")]),
    ...(drawn.length === 0
      ? [muted(nothing)]
      : [element("ul", { className: "packages" }, ...drawn)]),
    ...(errorMessage === "" ? [] : [page.failureText(errorMessage)]),
  ];
}

function drawPackage(page, each, { accepts, connected, shelf, withdraw }) {
  const { element, muted } = page;
  const { name, had, offered, state } = each;
  const button = element(
    "button",
    { type: "button", className: "quiet", onclick: () => withdraw(name) },
    "Withdraw",
  );
  button.dataset.package = name;
  button.setAttribute("aria-label", `Withdraw ${titleOf(name)}`);
  const line = element(
    "div",
    { className: "node" },
    element("strong", {}, titleOf(name)),
    pillFor(page, each, accepts && connected),
    element("span", { className: "muted" }, versionsOf(had, offered)),
    offered === "" ? undefined : button,
  );
  const inFolder = shelf?.some((item) => item.name === name && item.sha256 === each.sha256);
  const gone =
    offered !== "" && inFolder === false && state !== "installed"
      ? muted("This file is not in the folder any more as it was offered.")
      : undefined;
  const message =
    each.errorMessage === ""
      ? undefined
      : state === "failed"
        ? page.failureText(each.errorMessage)
        : muted(each.errorMessage);
  return element("li", {}, line, drawProgress(page, each), message, gone);
}

function pillFor({ pill }, { state, offered }, reachable) {
  if (offered !== "" && state === "waiting" && !reachable) {
    return pill("Saved, sent when the agent takes it", "still");
  }
  if (offered === "" && state === "waiting") return pill("Not known", "still");
  return pill(...words[state]);
}

function versionsOf(had, offered) {
  if (offered === "") return had === "" ? "" : `${had}, not offered`;
  if (had === offered) return had;
  return had === "" ? offered : `${had} → ${offered}`;
}

function drawProgress({ element }, { state, percent, bytesPerSecond }) {
  if (state !== "downloading") return undefined;
  const parts = [
    ...(percent === undefined ? [] : [`${Math.floor(percent)} %`]),
    ...(bytesPerSecond === undefined ? [] : [`at ${sizeOf(bytesPerSecond)}/s`]),
  ];
  const bar = element("progress", { max: 100 });
  if (percent !== undefined) bar.value = percent;
  bar.setAttribute("aria-label", "Download");
  return element("div", { className: "node progress" }, bar, parts.join(" "));
}

function sizeOf(bytes) {
  const [size, unit] = [
    [1e9, "GB"],
    [1e6, "MB"],
    [1e3, "kB"],
  ].find(([least]) => bytes >= least) ?? [1, "B"];
  const value = bytes / size;
  return `${value.toFixed(value < 10 && size > 1 ? 1 : 0)} ${unit}`;
}

function drawChoices({ element }, items) {
  const kinds = [
    ["program", "Collector"],
    ["addon", "Add-ons"],
  ];
  return kinds.flatMap(([kind, label]) => {
    const options = items
      .filter((item) => item.kind === kind)
      .map(({ name, version, bytes }) => {
        const value = JSON.stringify([name, version]);
        const title = [name, version, `(${sizeOf(bytes)})`].filter((part) => part !== "");
        return element("option", { value }, title.join(" "));
      });
    return options.length === 0 ? [] : [element("optgroup", { label }, ...options)];
  });
}

/** The folder: where it is, what in it cannot be offered, and how a supervisor comes to believe what is signed here. */
function drawShelf({ element, muted }, shelf) {
  if (shelf === null) {
    return [muted("To offer packages, start the dev server with --packages and a folder of them.")];
  }
  const { directory, publicKey, items, problems } = shelf;
  const settings = [
    "capabilities:",
    "  accepts_packages: true",
    "agent:",
    "  packages:",
    "    verify: ed25519",
    `    public_keys: ["${publicKey}"]`,
  ];
  const empty = items.length === 0 ? [muted("There is nothing to offer in the folder.")] : [];
  const faults =
    problems.length === 0
      ? []
      : [
          element(
            "details",
            {},
            element(
              "summary",
              {},
              "Not offered ",
              element("span", { className: "count" }, String(problems.length)),
            ),
            element(
              "ul",
              { className: "problems" },
              ...problems.map((text) => element("li", {}, text)),
            ),
          ),
        ];
  return [
    ...empty,
    ...faults,
    element(
      "details",
      {},
      element("summary", {}, "Folder and public key"),
      element("p", { className: "muted" }, "Folder: ", element("code", {}, directory)),
      element("p", { className: "muted" }, "A supervisor takes what is signed here with"),
      element("pre", { tabIndex: 0 }, settings.join("\n")),
    ),
  ];
}
