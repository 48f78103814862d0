import type { VNode } from "preact";
import { Card } from "../parts/small-parts.tsx";
import { ApplyChart } from "../pictures/apply-chart.tsx";
import { HealthChart } from "../pictures/health-chart.tsx";
import { RestartChart } from "../pictures/restart-chart.tsx";
import { VersionBars } from "../pictures/version-bars.tsx";
import { useConsole } from "../state/console-store.ts";
import { useAnswer } from "../state/use-answer.ts";
import type { Pictures } from "../../shapes/api-shapes.ts";

/** Pictures are drawn anew after so many seconds, however often the fleet changes. */
const everySeconds = 5;

/** What people would rather look at than read. */
export function PicturesView(): VNode {
  const { now } = useConsole();
  const moment = Math.floor(now.value / (1_000 * everySeconds));
  const { value, why } = useAnswer<Pictures>("/api/pictures", moment);
  if (value === undefined) return <p class="muted loading">{why ?? "Drawing …"}</p>;
  return (
    <>
      <header class="view-head">
        <h1>Pictures</h1>
      </header>
      <div class="columns even">
        <Card title="Health of the fleet">
          <HealthChart health={value.health} />
        </Card>
        <Card title="From an offer to the verdict">
          <ApplyChart applies={value.applies} />
        </Card>
        <Card title="Restarts by the hour">
          <RestartChart restarts={value.restarts} />
        </Card>
        <Card title="Versions">
          <VersionBars versions={value.versions} />
        </Card>
      </div>
    </>
  );
}
