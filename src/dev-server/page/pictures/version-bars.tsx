import type { VNode } from "preact";
import type { Pictures } from "../../shapes/api-shapes.ts";
import { fleetHref } from "../words/page-route.ts";

const mostShown = 10;

/** Which versions there are, and how many agents have each. */
export function VersionBars({ versions }: { versions: Pictures["versions"] }): VNode {
  if (versions.length === 0) return <p class="muted nothing">No agent has said its version.</p>;
  const ranked = versions.toSorted((a, b) => b.count - a.count);
  const most = Math.max(...versions.map(({ count }) => count));
  const others = ranked.slice(mostShown).reduce((sum, { count }) => sum + count, 0);
  return (
    <ul class="version-bars">
      {ranked.slice(0, mostShown).map(({ version, count }) => (
        <li key={version}>
          <span class="version-name">
            {version === "" ? (
              "not said"
            ) : (
              <a href={fleetHref(`version="${version}"`)}>{version}</a>
            )}
          </span>
          <span class="version-room" aria-hidden="true">
            <span class="version-bar" style={{ width: `${(100 * count) / most}%` }} />
          </span>
          <span class="version-count">{count.toLocaleString("en")}</span>
        </li>
      ))}
      {others > 0 && <li class="muted">{others} agents have others</li>}
    </ul>
  );
}
