import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { ShelfView } from "../../../page-api/page-packages.ts";
import { packageSettings } from "../../../shapes/package-settings.ts";
import { Card, Copyable, Doing, Nothing } from "../../parts/small-parts.tsx";
import { sizeOf } from "../../words/times.ts";

/** The folder with packages: what can be offered, and how a supervisor comes to believe what is signed here. */
export function PackageShelf(props: {
  shelf: ShelfView | undefined;
  isRead: boolean;
  why: string | undefined;
  offer: (name: string, version: string) => Promise<void>;
}): VNode {
  const { shelf, isRead, why, offer } = props;
  const [chosen, setChosen] = useState("");
  if (shelf === undefined) {
    return (
      <Card title="Offer a package">
        <Nothing>
          {isRead
            ? "To offer packages, start the server with --packages and a folder of them."
            : "Reading the folder …"}
        </Nothing>
      </Card>
    );
  }
  const { items, problems, publicKey, directory } = shelf;
  const item = items.find(({ sha256 }) => sha256 === chosen) ?? items[0];
  return (
    <Card title="Offer a package">
      {item === undefined ? (
        <Nothing>There is nothing to offer in the folder.</Nothing>
      ) : (
        <div class="form">
          <label>
            Version
            <select value={item.sha256} onChange={(event) => setChosen(event.currentTarget.value)}>
              {items.map((each) => (
                <option key={`${each.name} ${each.version}`} value={each.sha256}>
                  {each.kind === "program" ? "Collector" : each.name} {each.version} (
                  {sizeOf(each.bytes)})
                </option>
              ))}
            </select>
          </label>
          <div class="actions">
            <Doing
              kind="primary"
              disabled={why !== undefined}
              act={() => offer(item.name, item.version)}
            >
              Offer to this agent
            </Doing>
            <a class="button" href="#/send">
              Offer to more of them
            </a>
            <span class="muted">{why ?? ""}</span>
          </div>
        </div>
      )}
      {problems.length > 0 && (
        <details>
          <summary>
            Not offered <span class="count">{problems.length}</span>
          </summary>
          <ul>
            {problems.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>Folder and public key</summary>
        <p class="muted">
          Folder: <code>{directory}</code>
        </p>
        <p class="muted">A supervisor takes what is signed here with</p>
        <Copyable text={packageSettings(publicKey).join("\n")} label="the settings" />
      </details>
    </Card>
  );
}
