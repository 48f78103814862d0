import { render } from "preact";
import { ConsoleContext, createConsole } from "./state/console-store.ts";
import { keepLive } from "./state/live-fleet.ts";
import { PageApp } from "./views/page-app.tsx";

const app = createConsole();
const place = document.getElementById("page");
if (place === null) throw new Error("expected an element with the id page");
render(
  <ConsoleContext.Provider value={app}>
    <PageApp />
  </ConsoleContext.Provider>,
  place,
);
keepLive(app);
