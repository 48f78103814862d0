import type { VNode } from "preact";
import { ConnectionFields } from "../../parts/connection-fields.tsx";
import { FilesView } from "../../parts/files-view.tsx";
import { useConsole } from "../../state/console-store.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { ShelfView } from "../../../page-api/page-packages.ts";
import type { ConfigurationText, NamedConfiguration } from "../../../shapes/api-shapes.ts";
import type { Sendable } from "../../words/sendable.ts";

/** Where agents are to connect to, and what becomes of those that cannot. */
export function WriteServer(props: {
  what: Extract<Sendable, { is: "server" }>;
  change: (what: Sendable) => void;
}): VNode {
  const { what, change } = props;
  return (
    <div class="form">
      <p class="muted">
        A supervisor connects to the new address beside this one, and leaves this server only when
        the new one has answered. If it does not, the agent stays here and says why, and the rollout
        stops. Other kinds of agents may do it otherwise: begin with one.
      </p>
      <ConnectionFields
        written={what.written}
        change={(written) => change({ is: "server", written })}
        hint="wss://opamp.example.com/v1/opamp (empty: as it is)"
        isServer
      />
    </div>
  );
}

/** A named configuration and its version. */
export function ChooseNamed(props: {
  what: Extract<Sendable, { is: "named" }>;
  change: (what: Sendable) => void;
}): VNode {
  const { what, change } = props;
  const { changes } = useConsole();
  const moment = momentOf(changes.configurations);
  const list = useAnswer<{ configurations: readonly NamedConfiguration[] }>(
    "/api/configurations",
    moment,
  );
  const configurations = list.value?.configurations ?? [];
  const chosen = configurations.find(({ name }) => name === what.name) ?? configurations[0];
  const version = what.version ?? chosen?.versions[0]?.version;
  if (chosen !== undefined && version !== what.version) {
    change({ is: "named", name: chosen.name, version });
  }
  if (chosen === undefined) {
    return (
      <p class="muted">
        There is none yet. <a href="#/configurations">Make one</a>
      </p>
    );
  }
  return (
    <div class="form">
      <div class="side-by-side">
        <label>
          Configuration
          <select
            value={chosen.name}
            onChange={(event) =>
              change({ is: "named", name: event.currentTarget.value, version: undefined })
            }
          >
            {configurations.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Version
          <select
            value={version}
            onChange={(event) =>
              change({ is: "named", name: chosen.name, version: Number(event.currentTarget.value) })
            }
          >
            {chosen.versions.map((each) => (
              <option key={each.version} value={each.version}>
                v{each.version} {each.note}
              </option>
            ))}
          </select>
        </label>
      </div>
      {version !== undefined && <NamedText name={chosen.name} version={version} />}
    </div>
  );
}

function NamedText({ name, version }: { name: string; version: number }): VNode {
  const path = `/api/configurations/${encodeURIComponent(name)}?version=${version}`;
  const read = useAnswer<ConfigurationText>(path, 0);
  return <FilesView files={read.value?.files ?? []} label={name} />;
}

/** A package of the folder. */
export function ChoosePackage(props: {
  what: Extract<Sendable, { is: "package" }>;
  change: (what: Sendable) => void;
}): VNode {
  const { what, change } = props;
  const { changes } = useConsole();
  const read = useAnswer<{ shelf?: ShelfView }>("/api/packages", momentOf(changes.packages));
  const items = read.value?.shelf?.items ?? [];
  if (items.length === 0) {
    return (
      <p class="muted">There is none: start the server with --packages and a folder of them.</p>
    );
  }
  return (
    <div class="form">
      <label>
        Package
        <select
          value={JSON.stringify([what.name, what.version])}
          onChange={(event) => {
            const [name, version] = JSON.parse(event.currentTarget.value) as [string, string];
            change({ is: "package", name, version });
          }}
        >
          <option value='["",""]'>Choose …</option>
          {items.map(({ name, version, kind }) => (
            <option key={`${name} ${version}`} value={JSON.stringify([name, version])}>
              {kind === "program" ? "Collector" : name} {version}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
